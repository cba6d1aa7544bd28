import SafeFiles
import Testing
import Torch

@testable import Processes

@Suite("The place of a process")
struct ProcessRankTests {
    @Test("is what torchrun says; a restart meets elsewhere")
    func torchrun() throws {
        var environment = [
            "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "MASTER_ADDR": "node1",
            "MASTER_PORT": "29500", "TORCHELASTIC_RUN_ID": "job", "TORCHELASTIC_RESTART_COUNT": "0",
            "TORCHELASTIC_USE_AGENT_STORE": "True",
        ]
        let first = try #require(try ProcessRank(environment: environment))
        #expect(
            first
                == ProcessRank(
                    rank: 5, size: 8, localRank: 1, address: "node1", port: 29500,
                    attempt: "job/0", servesStore: false))
        environment["TORCHELASTIC_RESTART_COUNT"] = "2"
        #expect(try ProcessRank(environment: environment)?.attempt == "job/2")
        environment["TORCHELASTIC_USE_AGENT_STORE"] = nil
        #expect(try ProcessRank(environment: environment)?.servesStore == true)
    }

    @Test("is what srun says, and nothing in a batch script or a step of one task")
    func slurm() throws {
        var environment = [
            "SLURM_PROCID": "3", "SLURM_NTASKS": "4", "SLURM_LOCALID": "1", "SLURM_JOB_ID": "4711",
            "SLURM_STEP_NODELIST": "gpu[07-09,12],other", "SLURM_STEP_ID": "2",
            "SLURM_RESTART_COUNT": "1",
        ]
        #expect(
            try ProcessRank(environment: environment)
                == ProcessRank(
                    rank: 3, size: 4, localRank: 1, address: "gpu07", port: 24711,
                    attempt: "4711.2/1"))
        environment["MASTER_PORT"] = "1234"
        #expect(try ProcessRank(environment: environment)?.port == 1234)
        environment["SLURM_STEP_NUM_TASKS"] = "1"
        environment["SLURM_PROCID"] = "0"
        #expect(try ProcessRank(environment: environment) == nil)
        environment["SLURM_STEP_ID"] = nil
        #expect(try ProcessRank(environment: environment) == nil)
        #expect(try ProcessRank(environment: [:]) == nil)
    }

    @Test(
        "is on the first host of Slurm's list",
        arguments: [
            ("a", "a"), ("a,b", "a"), ("n[3-5]", "n3"), ("n[007,9]", "n007"),
            ("r[1-2]s4,x", "r1s4"),
        ])
    func hosts(_ list: String, _ first: String) {
        #expect(ProcessRank.firstHost(of: list) == first)
    }

    @Test(
        "is refused where the environment makes no sense, with the variable's name",
        arguments: [("RANK", "8"), ("RANK", "x"), ("WORLD_SIZE", "-1"), ("MASTER_PORT", "70000")])
    func senseless(_ variable: String, _ value: String) {
        var environment = [
            "RANK": "5", "WORLD_SIZE": "8", "MASTER_ADDR": "node1", "MASTER_PORT": "29500",
        ]
        environment[variable] = value
        #expect(throws: ProcessError.environment(variable: variable, value: "'\(value)'")) {
            try ProcessRank(environment: environment)
        }
    }

    @Test(
        "on its machine is that of torchrun, else that of srun, else the first",
        arguments: [
            ([:], 0), (["LOCAL_RANK": "3"], 3), (["SLURM_LOCALID": "2"], 2),
            (["LOCAL_RANK": "1", "SLURM_LOCALID": "2"], 1),
            (["LOCAL_RANK": "x", "SLURM_LOCALID": "2"], 2), (["LOCAL_RANK": "-1"], 0),
        ])
    func onMachine(_ environment: [String: String], _ rank: Int) {
        #expect(ProcessRank.localRank(environment: environment) == rank)
    }

    @Test("GPUs are connected if each process has one of its own")
    func ownGPUs() {
        func team(_ gpus: (host: String, gpu: String?)...) -> Bool {
            ProcessTeam.haveOwnGPUs(
                gpus.enumerated().map { rank, place in
                    ProcessTeam.Member(
                        rank: rank,
                        process: ProcessIdentity(host: place.host, process: 1, since: ""),
                        traits: [:], gpu: place.gpu)
                })
        }
        #expect(team(("a", "0000:01"), ("a", "0000:02"), ("b", "0000:01")))
        #expect(!team(("a", "0000:01"), ("a", "0000:01")))
        #expect(!team(("a", "0000:01"), ("b", nil)))
        #expect(!team(("a", nil), ("b", nil)))
    }

    @Test("The CPU is no GPU to be connected")
    func cpu() { #expect(ProcessGroup.identity(of: .cpu) == nil) }
}
