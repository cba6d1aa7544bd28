import FaceRuns
import Foundation
import Testing

#if os(Linux)
    /// LibTorch's threads tell how long they wait when `OMP_DISPLAY_ENV` asks them to.
    @Suite("How long the tool's threads wait before they sleep")
    struct ToolWaitingTests {
        private func shown(_ environment: [String: String]) throws -> Tool.Outcome {
            try withFolder { folder in
                let all = environment.merging(["OMP_DISPLAY_ENV": "verbose"]) { $1 }
                let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                // Without what the tests themselves were started with.
                return try Tool(folder: folder).shell(
                    "env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY \(words.joined(separator: " ")) "
                        + "\"$0\" losses --json", [])
            }
        }

        @Test("is libgomp's own, and can be shortened, without the user knowing of it")
        func own() throws {
            let outcome = try shown([:])
            #expect(outcome.status == 0 && outcome.output.contains("arcface"))
            #expect(outcome.errors.contains("GOMP_SPINCOUNT = '300000'"), "\(outcome.errors)")
            #expect(outcome.errors.contains("OMP_WAIT_POLICY = 'ACTIVE'"), "\(outcome.errors)")
        }

        @Test("is short while other processes want the cores, and the training continues")
        func shared() throws {
            try withFolder { folder throws in
                let faces = try TinyFaces(in: folder)
                let running = try Tool(folder: folder).start(
                    ["compare"] + faces.options + TinyFaces.fast + [
                        "--losses", "softmax", "--epochs", "10000", "--output", "study",
                    ])
                let neighbours = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
                    try Process.run(
                        URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "while :; do :; done"])
                }
                defer {
                    for neighbour in neighbours { kill(neighbour.processIdentifier, SIGKILL) }
                }
                let tasks = "/proc/\(running.process.processIdentifier)/task"
                func isShort() -> Bool {
                    let threads = try? FileManager.default.contentsOfDirectory(atPath: tasks)
                    return threads?.contains {
                        (try? String(contentsOfFile: "\(tasks)/\($0)/comm", encoding: .utf8))
                            == "waiting-team\n"
                    } ?? false
                }
                func epochs() -> Int {
                    let study = StudyFolder(folder.appendingPathComponent("study"))
                    return (try? study.runs().first?.readEpochs().count) ?? 0
                }
                while running.process.isRunning, !isShort() || epochs() == 0 { usleep(10_000) }
                let before = epochs()
                while running.process.isRunning, epochs() < before + 2 { usleep(10_000) }
                running.process.terminate()
                running.process.waitUntilExit()
                let outcome = try running.outcome()
                #expect(outcome.status == 143 && before > 0, "\(outcome.errors)")
            }
        }

        @Test("is the user's where one is given")
        func respected() throws {
            let spins = try shown(["GOMP_SPINCOUNT": "777"])
            #expect(spins.errors.contains("GOMP_SPINCOUNT = '777'"), "\(spins.errors)")
            let passive = try shown(["OMP_WAIT_POLICY": "passive"])
            #expect(passive.errors.contains("OMP_WAIT_POLICY = 'PASSIVE'"), "\(passive.errors)")
            #expect(!passive.errors.contains("GOMP_SPINCOUNT = '300000'"), "\(passive.errors)")
        }
    }
#endif
