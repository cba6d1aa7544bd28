import Foundation
import Testing

@Suite("Keys of a study on the command line")
struct KeysTests {
    @Test("are listed with their flags, ranges and defaults")
    func list() throws {
        try withFolder { folder in
            let tool = Tool(folder: folder)
            let all = try tool.run("keys")
            #expect(all.status == 0)
            #expect(
                all.output.contains(
                    """
                    training.schedule.peak (--learning-rate)
                        highest learning rate
                        a number above 0 and up to 1e+30; default 0.1
                    """))
            let some = try tool.run("keys", "training.head").output
            #expect(some.hasPrefix("training.head.rate (--class-rate)"))
            #expect(!some.contains("epochs"))
            let none = try tool.run("keys", "training.flp")
            #expect(none.status == 2 && none.errors.contains("did you mean 'training.flip'?"))
        }
    }

    @Test("have one range, by file as by flag, and one help")
    func ranges() throws {
        try withFolder { folder in
            let tool = Tool(folder: folder)
            let file = folder.appendingPathComponent("study.json5")
            for (value, flagged, filed) in [
                ("1e-12", "--train is missing", "--train is missing"),
                ("1e30", "--train is missing", "--train is missing"),
                (
                    "0",
                    "'0' is not a valid value for --learning-rate; it must be a number above 0 and up to "
                        + "1e+30",
                    "study.json5:2: training.schedule.peak: it must be a number above 0 and up to "
                        + "1e+30, but it is 0"
                ),
                (
                    "1e31", "'1e31' is not a valid value for --learning-rate",
                    "study.json5:2: training.schedule.peak: it must be"
                ),
            ] {
                let flag = try tool.run("compare", "--learning-rate", value)
                #expect(flag.status == 2 && flag.errors.contains(flagged), "\(flag.errors)")
                try Data("{\n training: { schedule: { peak: \(value) } } }".utf8).write(to: file)
                let read = try tool.run("compare", "--config", "study.json5")
                #expect(read.status == 2 && read.errors.contains(filed), "\(read.errors)")
            }
            // Without the line breaks, which depend on the width.
            let help = try tool.run("compare", "--help").output
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(help.contains("--learning-rate X"))
            #expect(help.contains("highest learning rate; default 0.1"))
            #expect(help.contains("default softmax,asoftmax,amsoftmax,arcface,marginal"))
        }
    }
}
