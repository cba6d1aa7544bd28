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
