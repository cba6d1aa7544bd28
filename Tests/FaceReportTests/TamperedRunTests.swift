import FaceReport
import FaceRuns
import Foundation
import Testing

/// A study of which one run's files were changed by somebody.
private struct TamperedStudy {
    let folder: URL
    let run: RunFolder

    /// Writes a study of two losses and two seeds, and names its first run.
    init(in folder: URL) throws {
        var sample = SampleStudy(seeds: [1, 2], pairs: 60, epochs: 3)
        for backbone in SampleStudy.backbones {
            for train in SampleStudy.trainSets {
                for loss in SampleStudy.losses {
                    let isKept =
                        backbone.name == "resnet50" && train.name == "casia"
                        && ["softmax", "arcface"].contains(loss.name)
                    if isKept { continue }
                    for seed in sample.seeds {
                        sample.absent.insert(
                            "\(backbone.name) \(train.name) \(loss.name) \(seed)")
                    }
                }
            }
        }
        try sample.write(to: folder)
        let study = StudyFolder(folder)
        self.folder = folder
        run = study.run(named: "resnet50__casia__arcface__1")
    }

    /// Changes a value of a JSON file, or of every line of a file of JSON lines.
    func set(_ file: String, _ path: [String], to value: Any) throws {
        let url = run.url.appendingPathComponent(file)
        let text = try String(contentsOf: url, encoding: .utf8)
        let parts = file.hasSuffix("l") ? text.split(separator: "\n").map(String.init) : [text]
        let changed = try parts.map { part in
            let object = try JSONSerialization.jsonObject(with: Data(part.utf8))
            let data = try JSONSerialization.data(
                withJSONObject: Self.replacing(object, path[...], value))
            // The shortest form of a number beyond `Double` that JSONSerialization does not write.
            return String(decoding: data, as: UTF8.self)
        }
        try Data((changed.joined(separator: "\n") + "\n").utf8).write(to: url)
    }

    private static func replacing(
        _ object: Any, _ path: ArraySlice<String>, _ value: Any
    ) -> Any {
        guard let key = path.first else { return value }
        if var members = object as? [String: Any] {
            members[key] = replacing(members[key] ?? [String: Any](), path.dropFirst(), value)
            return members
        }
        guard var items = object as? [Any], let position = Int(key),
            items.indices.contains(position)
        else { return object }
        items[position] = replacing(items[position], path.dropFirst(), value)
        return items
    }

    /// Draws everything that is made of the study.
    func render() throws -> (report: RenderedReport, damages: [String]) {
        let rendered = try Report(study: folder).render()
        return (rendered, rendered.damages)
    }

    /// Reads the study, and draws what is made of it if nothing is named: what is named is not drawn.
    func renderUnlessNamed() throws {
        let results = try StudyResults(reading: StudyFolder(folder))
        if results.damages.isEmpty { _ = try render() }
    }
}

@Suite("A run's folder that somebody changed")
struct TamperedRunTests {
    private static let positions: [(file: String, path: [String])] = [
        ("run.json", ["epochs"]), ("run.json", ["batchSize"]),
        ("run.json", ["backbone", "parameters"]), ("run.json", ["backbone", "multiplyAdds"]),
        ("run.json", ["backbone", "embeddingSize"]), ("run.json", ["train", "images"]),
        ("run.json", ["train", "identities"]), ("run.json", ["tests", "0", "pairs"]),
        ("run.json", ["tests", "0", "folds"]), ("run.json", ["tests", "0", "pairsEachEpoch"]),
        ("environment.json", ["threads"]),
        ("metrics.jsonl", ["epoch"]), ("metrics.jsonl", ["step"]), ("metrics.jsonl", ["images"]),
        ("metrics.jsonl", ["trainAccuracy"]), ("metrics.jsonl", ["trainAccuracyWithMargin"]),
        ("metrics.jsonl", ["tests", "0", "accuracy"]), ("metrics.jsonl", ["tests", "0", "pairs"]),
        ("metrics.jsonl", ["trainSeconds"]), ("metrics.jsonl", ["imagesPerSecond"]),
        ("result.json", ["epochs"]), ("result.json", ["trainAccuracy"]),
        ("result.json", ["seconds"]),
        ("result.json", ["imagesPerSecond"]), ("result.json", ["tests", "0", "accuracy"]),
        ("result.json", ["tests", "0", "pairs"]), ("result.json", ["tests", "0", "threshold"]),
        ("result.json", ["tests", "0", "auc"]), ("result.json", ["tests", "0", "eer"]),
        ("result.json", ["tests", "0", "meanNorm"]), ("result.json", ["tests", "0", "bestEpoch"]),
        ("result.json", ["tests", "0", "bestAccuracy"]),
        ("result.json", ["tests", "0", "epochWithin95Percent"]),
        ("geometry.json", ["training", "images"]), ("geometry.json", ["training", "norm", "mean"]),
        ("geometry.json", ["training", "norm", "quantiles", "4"]),
        ("geometry.json", ["tests", "0", "within", "quantiles", "0"]),
        ("geometry.json", ["map", "identities", "0", "x", "0"]),
        ("geometry.json", ["map", "explained", "0"]),
    ]

    @Test("An impossible number is named and not drawn", arguments: positions)
    func impossible(file: String, path: [String]) throws {
        for value in [1e300, path.first == "map" ? -1e300 : -1] {
            try inTemporaryFolder { folder throws in
                let study = try TamperedStudy(in: folder)
                try study.set(file, path, to: value)
                let (report, damages) = try study.render()
                let isNamed = damages.contains { $0.contains(file) }
                let isShown = report.markdown.contains(file)
                #expect(isNamed && isShown, "\(path.joined(separator: ".")) = \(value): \(damages)")
            }
        }
        // The largest counts there are: whatever may be so large is drawn, and the rest is named.
        for value in [Int.max, Int.min] {
            try inTemporaryFolder { folder throws in
                let study = try TamperedStudy(in: folder)
                try study.set(file, path, to: value)
                try study.renderUnlessNamed()
            }
        }
    }

    @Test("A run's folder without run.json is named, and the others are reported")
    func lostDescription() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            try FileManager.default.removeItem(at: study.run.descriptionURL)
            let (report, damages) = try study.render()
            let name = study.run.url.lastPathComponent
            #expect(damages.count == 1 && damages[0].contains("runs/\(name)/run.json' is missing"))
            #expect(report.markdown.contains("run.json' is missing"))
            #expect(!damages[0].contains(folder.path))
        }
    }

    @Test("A renamed or missing test is named and not believed", arguments: ["renamed", "missing"])
    func foreignTest(change: String) throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let name = try #require(try study.run.readDescription().tests.first).name
            var result = try #require(try study.run.readResult())
            let index = try #require(result.tests.firstIndex { $0.name == name })
            if change == "renamed" {
                result.tests[index].name = "other"
            } else {
                result.tests.remove(at: index)
            }
            try study.run.write(result)
            let (report, damages) = try study.render()
            let missing =
                "result.json has no result of '\(name)', which run.json names and whose scores are there"
            #expect(damages.contains { $0.contains(missing) }, "\(damages)")
            let isOther = damages.contains {
                $0.contains("result.json has a result of 'other', which run.json does not name")
            }
            #expect(isOther == (change == "renamed"))
            #expect(report.markdown.contains("result.json has no result of"))
            let runs = try StudyResults(reading: StudyFolder(folder)).runs
            let run = try #require(runs.first { $0.name == study.run.url.lastPathComponent })
            #expect(run.status == .damaged && run.result == nil)
        }
    }

    private static var otherKinds: [Any] {
        ["1", [1], ["a": 1] as [String: Int], NSNull(), true, "NaN", "Infinity"]
    }

    @Test("A value of another kind is damage", arguments: 0..<7)
    func kinds(kind: Int) throws {
        for (index, (file, path)) in Self.positions.enumerated() where index % 4 == kind % 4 {
            try inTemporaryFolder { folder throws in
                let study = try TamperedStudy(in: folder)
                try study.set(file, path, to: Self.otherKinds[kind])
                // A map may be missing, and so may what is optional; nothing may stop the process.
                try study.renderUnlessNamed()
            }
        }
    }

    @Test(
        "A file that is none is damage, or is not there",
        arguments: ["run.json", "result.json", "metrics.jsonl", "geometry.json", "scores/lfw.csv"])
    func files(file: String) throws {
        let deep = String(repeating: "[", count: 100_000)
        let nested = String(repeating: "{\"a\":", count: 20_000) + "1"
        let texts = ["", "null\n", "[]\n", "{}\n", "NaN\n", "\0\0\0", deep + "\n", nested + "\n"]
        for text in texts {
            try inTemporaryFolder { folder throws in
                let study = try TamperedStudy(in: folder)
                try Data(text.utf8).write(to: study.run.url.appendingPathComponent(file))
                try study.renderUnlessNamed()
            }
        }
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let url = study.run.url.appendingPathComponent(file)
            let data = try Data(contentsOf: url)
            try data.prefix(data.count / 2).write(to: url)
            #expect(try !study.render().damages.isEmpty || file == "metrics.jsonl")
            try FileManager.default.removeItem(at: url)
            _ = try study.render()
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
            #expect(try !study.render().damages.isEmpty)
        }
    }

    @Test("A run that diverged and stayed finite is drawn", arguments: [1e19, 3e38, 1e-30])
    func diverged(size: Double) throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let quantiles = [0.5, 0.75, 1, 1.25, 1.5].map { $0 * min(size, 1e38) }
            for set in [["training"], ["tests", "0"]] {
                try study.set("geometry.json", set + ["norm", "quantiles"], to: quantiles)
                try study.set("geometry.json", set + ["norm", "mean"], to: quantiles[2])
            }
            try study.set("metrics.jsonl", ["loss"], to: size)
            try study.set("metrics.jsonl", ["lossState"], to: ["scale": size, "margin": -size])
            try study.set("result.json", ["tests", "0", "meanNorm"], to: quantiles[2])
            let (report, damages) = try study.render()
            try Report(study: folder).writeForPapers()
            #expect(damages == [])
            #expect(report.html.contains("Geometry of the embeddings"))
            #expect(!report.html.contains("NaN") && !report.html.contains(">nan"))
        }
    }

    @Test(
        "Results that contradict the records of the epochs are not believed",
        arguments: [
            (["trainAccuracy"], 0.111, "a training accuracy of 0.111"),
            (["epochs"], 9, "3 epochs of the 9"),
            (["tests", "0", "bestEpoch"], 99, "a best epoch of 99"),
            (["tests", "0", "bestAccuracy"], 0.1, "a best accuracy of 0.1"),
            (["tests", "0", "epochWithin95Percent"], 77, "an epoch within 95 % of 77"),
        ] as [([String], Double, String)])
    func epochContradictions(path: [String], value: Double, part: String) throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            #expect(try study.render().damages.isEmpty)
            let isWhole = value.rounded() == value
            try study.set("result.json", path, to: isWhole ? Int(value) as Any : value as Any)
            let (report, damages) = try study.render()
            #expect(damages.contains { $0.contains(part) }, "\(damages)")
            #expect(report.markdown.contains(part))
        }
    }

    @Test("Results that contradict the scores beside them are not believed")
    func contradictions() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            try study.set("result.json", ["tests", "0", "accuracy"], to: 0.25)
            let (report, damages) = try study.render()
            #expect(
                damages.contains { $0.contains("the accuracy on 'lfw' is 0.25 in result.json") })
            #expect(!report.markdown.contains("25.00"))
            let results = try StudyResults(reading: StudyFolder(folder))
            let name = study.run.url.lastPathComponent
            let run = try #require(results.runs.first { $0.name == name })
            #expect(run.status == .damaged)
            #expect(run.result == nil && run.outcomes.isEmpty && run.curves.isEmpty)
        }
    }

    @Test(
        "Rates that contradict the scores are named, and the run is not believed",
        arguments: [("auc", "AUC"), ("eer", "EER"), ("tarAtFar1e3", "TAR at FAR 0.001")])
    func contradictedRates(key: String, name: String) throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let stated = try #require(try study.run.readResult()?.tests.first)
            let value = try #require(
                key == "auc" ? stated.auc : key == "eer" ? stated.eer : stated.tarAtFar1e3)
            // What rounding does to a sum is no contradiction; a pair in a million is one.
            let sign = value > 0.5 ? -1.0 : 1
            try study.set("result.json", ["tests", "0", key], to: value + sign * 5e-8)
            #expect(try study.render().damages == [])
            let wrong = value + sign * 2e-7
            try study.set("result.json", ["tests", "0", key], to: wrong)
            let damages = try study.render().damages
            let sentence =
                "the \(name) on 'lfw' is \(wrong) in result.json, and \(value) by the scores"
            #expect(damages.contains { $0.contains(sentence) }, "\(damages)")
            let results = try StudyResults(reading: StudyFolder(folder))
            let run = results.runs.first { $0.name == study.run.url.lastPathComponent }
            #expect(run?.status == .damaged && run?.primaryResult == nil)
        }
    }

    @Test("A rate that a former version did not state contradicts nothing")
    func unstatedRates() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            for key in ["auc", "eer", "tarAtFar1e3"] {
                try study.set("result.json", ["tests", "0", key], to: NSNull())
            }
            #expect(try study.render().damages == [])
        }
    }

    @Test("A finished run's model that is missing or truncated is reported, and the run counts")
    func models() throws {
        let size = 8 + 54 + 8
        let cases: [(change: (URL) throws -> Void, says: String)] = [
            ({ try FileManager.default.removeItem(at: $0) }, "the finished run's model is missing"),
            (
                { try Data(contentsOf: $0).dropLast(3).write(to: $0) },
                "it has \(size - 3) bytes, and its header says \(size)"
            ),
            (
                { try (Data(contentsOf: $0) + Data([0])).write(to: $0) },
                "it has \(size + 1) bytes, and its header says \(size)"
            ),
            ({ try Data(contentsOf: $0).prefix(30).write(to: $0) }, "no complete header"),
            ({ try Data([1, 2]).write(to: $0) }, "no complete header"),
            ({ try Data(repeating: 255, count: 100).write(to: $0) }, "no complete header"),
            (
                {
                    try FileManager.default.removeItem(at: $0)
                    try FileManager.default.createSymbolicLink(
                        at: $0, withDestinationURL: URL(fileURLWithPath: "/etc/passwd"))
                }, "a symbolic link"
            ),
        ]
        for (change, says) in cases {
            try inTemporaryFolder { folder throws in
                let study = try TamperedStudy(in: folder)
                try change(study.run.modelURL)
                let (report, damages) = try study.render()
                #expect(damages.count == 1 && damages[0].contains(says), "\(damages)")
                #expect(damages.allSatisfy { $0.contains("model.safetensors") })
                #expect(report.markdown.contains("model.safetensors"))
                let results = try StudyResults(reading: StudyFolder(folder))
                #expect(results.runs.allSatisfy { $0.status == .finished })
            }
        }
    }

    @Test("A copy of a run's folder is named, and does not count as another seed")
    func copies() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let before = try StudyResults(reading: StudyFolder(folder))
            let name = study.run.url.lastPathComponent
            let copy = StudyFolder(folder).run(named: "\(name) (copy)")
            try FileManager.default.copyItem(at: study.run.url, to: copy.url)
            // A test set may have been added to one of the two.
            var description = try copy.readDescription()
            description.tests.append(
                TestSetFacts(name: "more", pairs: 10, folds: 2, pairsEachEpoch: 10))
            for isChanged in [false, true] {
                if isChanged { try copy.write(description) }
                let (report, damages) = try study.render()
                let sentence = "'runs/\(name) (copy)' is the same run as 'runs/\(name)'"
                #expect(damages.contains { $0.hasPrefix(sentence) }, "\(damages)")
                #expect(report.markdown.contains("is the same run as"))
                let results = try StudyResults(reading: StudyFolder(folder))
                #expect(results.runs.map(\.name) == before.runs.map(\.name))
            }
        }
    }

    @Test(
        "A finished run's scores and epochs that are gone are named",
        arguments: ["scores/lfw.csv", "metrics.jsonl"])
    func goneFiles(file: String) throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            #expect(try study.render().damages == [])
            try FileManager.default.removeItem(at: study.run.url.appendingPathComponent(file))
            let (report, damages) = try study.render()
            #expect(damages.count == 1 && damages[0].contains("\(file)': the finished run's file"))
            #expect(report.markdown.contains("the finished run's file is missing or empty"))
            // Of a run in progress nothing is missing.
            try FileManager.default.removeItem(at: study.run.resultURL)
            #expect(try study.render().damages == [])
        }
    }

    @Test("Scores of fewer pairs than the run says are not believed")
    func fewerPairs() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            let scores = try #require(try study.run.readScores(test: "lfw"))
            try study.run.write(Array(scores.prefix(40)), test: "lfw")
            let damages = try study.render().damages
            #expect(damages.contains { $0.contains("40 pairs of 'lfw', but run.json says 60") })
        }
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            try study.set("result.json", ["tests", "0", "pairs"], to: 6000)
            let damages = try study.render().damages
            #expect(damages.contains { $0.contains("6,000 pairs of 'lfw', but run.json says 60") })
        }
    }

    @Test("A link, a pipe or a folder for a file is neither followed nor waited for")
    func notAFile() throws {
        try inTemporaryFolder { folder throws in
            let study = try TamperedStudy(in: folder)
            try FileManager.default.removeItem(at: study.run.resultURL)
            #expect(mkfifo(study.run.resultURL.path, 0o600) == 0)
            #expect(throws: FaceReportError.self) { try Report(study: folder).write() }
            _ = try Report(study: folder).render()
            let damages = try StudyResults(reading: StudyFolder(folder)).damages
            #expect(damages.contains { $0.contains("a pipe") })
        }
        try inTemporaryFolder { folder throws in
            _ = try TamperedStudy(in: folder)
            let outside = folder.appendingPathComponent("outside")
            try Data("precious".utf8).write(to: outside)
            let page = folder.appendingPathComponent("report/index.html")
            try FileManager.default.createDirectory(
                at: page.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: page, withDestinationURL: outside)
            let error = #expect(throws: FaceReportError.self) { try Report(study: folder).write() }
            #expect(error?.description.contains("symbolic link") == true)
            #expect(try Data(contentsOf: outside) == Data("precious".utf8))
        }
    }
}

@Suite("Names from outside in the report's files")
struct OutsideTextTests {
    @Test("What turns or breaks text is shown, and formulas are guarded")
    func names() throws {
        try inTemporaryFolder { folder throws in
            var sample = SampleStudy(pairs: 60, epochs: 3)
            sample.edit = {
                $0.identity.trainSet = "=HYPERLINK(\"x\")\u{202E}"
                $0.lossTitle = "a&\u{301}b\u{2066}"
            }
            try sample.write(to: folder)
            let report = try Report(study: folder).render()
            for text in [report.html, report.markdown] {
                #expect(
                    !text.unicodeScalars.contains { "\u{202E}\u{2066}".unicodeScalars.contains($0) }
                )
                #expect(text.contains("u202e"))
            }
            #expect(report.csv.contains("\"'=HYPERLINK(\"\"x\"\")"))
            let tables = try #require(try Report(study: folder).writeForPapers().first)
            let text = try String(contentsOf: tables, encoding: .utf8)
            // By bytes: with its accent, the sign is another character of Swift's.
            #expect(Data(text.utf8).range(of: Data("a\\&\u{301}b".utf8)) != nil)
            #expect(!text.unicodeScalars.contains("\u{2066}"))
        }
    }
}
