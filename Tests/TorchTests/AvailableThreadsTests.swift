import Foundation
import Testing

@testable import Torch

@Suite("Threads that a process may run")
struct AvailableThreadsTests {
    private static let second =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let first =
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var allowed = "0-7"
        var mounts: String
        var group: String
        var files: [String: String]
        var count: Int
    }

    static let cases = [
        Case(
            testDescription: "no limit", mounts: second, group: "0::/job\n",
            files: ["sys/fs/cgroup/job/cpu.max": "max 100000\n"], count: 8),
        Case(
            testDescription: "one and a half processors are two threads", mounts: second,
            group: "0::/job\n", files: ["sys/fs/cgroup/job/cpu.max": "150000 100000\n"], count: 2),
        Case(
            testDescription: "a group further up allows less", mounts: second,
            group: "0::/user/job/step\n",
            files: [
                "sys/fs/cgroup/user/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/user/job/step/cpu.max": "600000 100000\n",
            ], count: 3),
        Case(
            testDescription: "a tenth of a processor is one thread", mounts: second,
            group: "0::/\n", files: ["sys/fs/cgroup/cpu.max": "10000 100000\n"], count: 1),
        Case(
            testDescription: "fewer cores than the group allows", allowed: "1,3", mounts: second,
            group: "0::/\n", files: ["sys/fs/cgroup/cpu.max": "600000 100000\n"], count: 2),
        Case(
            testDescription: "version 1", mounts: first, group: "4:cpu,cpuacct:/job\n0::/\n",
            files: [
                "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "250000\n",
                "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
            ], count: 3),
        Case(
            testDescription: "version 1 without a limit", mounts: first, group: "4:cpu,cpuacct:/\n",
            files: [
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            ], count: 8),
        Case(
            testDescription: "a container that reads its group's name on the host",
            mounts: "32 31 0:29 /docker/ab /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
            group: "4:cpu:/docker/ab\n",
            files: [
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ], count: 4),
        Case(
            testDescription: "numbers that are none", mounts: second, group: "0::/\n",
            files: ["sys/fs/cgroup/cpu.max": "many few\n"], count: 8),
        Case(
            testDescription: "a quota that no integer holds", mounts: second, group: "0::/\n",
            files: ["sys/fs/cgroup/cpu.max": "1e300 1e-300\n"], count: 8),
        Case(
            testDescription: "cores here and there", allowed: "0-1,4,6-7", mounts: "", group: "",
            files: [:], count: 5),
        Case(
            testDescription: "a list that is none", allowed: "0-x", mounts: "", group: "",
            files: [:], count: 16),
        Case(
            testDescription: "a range without an end", allowed: "0-99999999999999999999",
            mounts: "",
            group: "", files: [:], count: 16),
        Case(
            testDescription: "no control groups at all", mounts: "", group: "", files: [:], count: 8
        ),
    ]

    @Test("Control groups are followed", arguments: cases)
    func groups(_ example: Case) throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        var files = example.files
        files["proc/self/mountinfo"] = "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + example.mounts
        files["proc/self/cgroup"] = example.group
        files["proc/self/status"] = "Name:\tfacet\nCpus_allowed_list:\t\(example.allowed)\n"
        for (path, text) in files {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(AvailableThreads.count(machine: 16, root: root) == example.count)
    }

    @Test("This process has at least one, and no more than the machine")
    func here() {
        #expect(AvailableThreads.count >= 1)
        #expect(AvailableThreads.count <= ProcessInfo.processInfo.processorCount)
    }
}
