import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@testable import FaceStudy

@Suite("Test sets that are added to a finished study", .serialized)
struct AddedTestsTests {
    /// The study's second test set: the first one's images in other pairs.
    private static func second(_ study: TinyStudy) throws -> StudyConfiguration.TestSource {
        let list = study.file("other.txt")
        let text = try String(contentsOf: study.file("test/pairs.txt"), encoding: .utf8)
        try text.replacing("p0\t1\tp1\t2", with: "p0\t2\tp1\t1").write(
            to: list, atomically: true, encoding: .utf8)
        return .init(name: "other", images: study.file("test").path, pairs: list.path)
    }

    /// A set of templates of the first test set's images: two people are enrolled, one is unknown.
    private static func templates(_ study: TinyStudy) throws -> StudyConfiguration.TestSource {
        let list = study.file("own.tsv")
        var lines = ["role\ttemplate\tperson\timage"]
        for person in 0..<3 {
            for image in 1...4 {
                let isEnrolled = person < 2 && image < 3
                let role = isEnrolled ? "gallery" : person < 2 ? "probe" : "unknown"
                let template = isEnrolled ? "g\(person)" : "\(role)\(person)-\(image)"
                lines.append(
                    "\(role)\t\(template)\tp\(person)\tp\(person)/p\(person)_000\(image).jpg")
            }
        }
        try (lines.joined(separator: "\n") + "\n").write(
            to: list, atomically: true, encoding: .utf8)
        return .init(name: "own", images: study.file("test").path, pairs: list.path)
    }

    /// MegaFace of the first test set's images: two probes of each of three people among six distractors.
    private static func megaFace(_ study: TinyStudy) throws -> StudyConfiguration.TestSource {
        let (images, lists) = (study.file("images"), study.file("lists"))
        let files = FileManager.default
        try files.createDirectory(at: lists, withIntermediateDirectories: true)
        var lines = (probes: "", distractors: "")
        for person in 0..<3 {
            for image in 1...4 {
                let name = "p\(person)/p\(person)_000\(image).jpg"
                let path = image < 3 ? "facescrub/\(name)" : "megaface/0/\(name)"
                if image < 3 {
                    lines.probes += path + "\n"
                } else {
                    lines.distractors += path + "\n"
                }
                let target = images.appendingPathComponent(path)
                try files.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try files.copyItem(at: study.file("test/\(name)"), to: target)
            }
        }
        try Data(lines.probes.utf8).write(to: lists.appendingPathComponent("facescrub_lst"))
        try Data(lines.distractors.utf8).write(to: lists.appendingPathComponent("megaface_lst"))
        return .init(name: "mf", images: images.path, pairs: lists.path)
    }

    private func run(_ study: TinyStudy) throws -> RunFolder {
        try #require(try StudyFolder(study.output).runs().first)
    }

    @Test("Their numbers are those of a study that had them from the beginning, bit for bit")
    func sameNumbers() throws {
        try TinyStudy.with { study in
            try study.run()
            let before = try Data(contentsOf: run(study).metricsURL)
            let model = try Data(contentsOf: run(study).modelURL)
            study.configuration.test.append(try Self.second(study))
            let grown = try study.run()
            #expect(grown.skipped == 1 && grown.steps == 0 && grown.epochs.isEmpty)
            let mine = try run(study)
            var whole = study
            whole.configuration.test = study.configuration.test
            let root = study.file("whole")
            _ = try Study(study.configuration, folder: root).run(StudyControl())
            let theirs = try #require(try StudyFolder(root).runs().first)
            #expect(try mine.readScores(test: "other") == theirs.readScores(test: "other"))
            #expect(try Data(contentsOf: mine.modelURL) == model)
            #expect(try RunComparison(mine, theirs).isSame)
            #expect(try RunComparison(theirs, mine).isSame)
            let (result, expected) = (
                try #require(try mine.readResult()), try #require(try theirs.readResult())
            )
            #expect(result.tests.map(\.name) == ["pairs", "other"])
            #expect(result.tests[1].accuracy == expected.tests[1].accuracy)
            #expect(result.tests[1].eer == expected.tests[1].eer)
            #expect(result.tests[1].bestEpoch == 3)
            // All epochs but the last are what they were.
            let after = try Data(contentsOf: mine.metricsURL)
            let lines = { (data: Data) in data.split(separator: UInt8(ascii: "\n")) }
            #expect(lines(before).dropLast().elementsEqual(lines(after).dropLast()))
            #expect(try mine.readEpochs().last?.tests.map(\.name) == ["pairs", "other"])
            let facts = try mine.readDescription().tests
            #expect(facts.map(\.isAdded) == [nil, true])
            #expect(try mine.readGeometry() == theirs.readGeometry())
            #expect(
                try StudyConfiguration.read(mine.studyURL).test == study.configuration.test)
        }
    }

    @Test(
        "An order is the last command's, and a set that is not asked for stays where a run is over")
    func orderAndLess() throws {
        try TinyStudy.with { study in
            try study.run()
            study.configuration.test.insert(try Self.second(study), at: 0)
            try study.run()
            let mine = try run(study)
            #expect(try mine.readDescription().tests.map(\.name) == ["other", "pairs"])
            #expect(try mine.readResult()?.tests.map(\.name) == ["other", "pairs"])
            #expect(try mine.readGeometry()?.tests.map(\.name) == ["other", "pairs"])
            study.configuration.test.reverse()
            #expect(try study.run().skipped == 1)
            #expect(try mine.readResult()?.tests.map(\.name) == ["pairs", "other"])
            let option = study.configuration.test[1]
            study.configuration.test.removeLast()
            let files = [mine.descriptionURL, mine.resultURL, mine.studyURL, mine.geometryURL]
            let before = try files.map { try Data(contentsOf: $0) }
            #expect(try study.run().skipped == 1)
            #expect(try files.map { try Data(contentsOf: $0) } == before)
            // Other runs are made, and which option would have them tested alike is told.
            study.configuration.seeds = [1, 2]
            var warnings: [String] = []
            let control = StudyControl(listener: { event in
                if case .warning(let text) = event { warnings.append(text) }
            })
            let output = study.output
            #expect(try Study(study.configuration, folder: output).run(control).finished == 2)
            let wanted = "add --test other=\(option.images),\(option.pairs)"
            #expect(warnings.contains { $0.contains(wanted) }, "\(warnings)")
        }
    }

    @Test("A run that is not over is refused without a set that it has, with the option to add")
    func less() throws {
        try TinyStudy.with { study in
            study.configuration.test.append(try Self.second(study))
            #expect(try study.run(stopAfter: 6).isInterrupted)
            let option = study.configuration.test.removeLast()
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            let wanted = "add --test other=\(option.images),\(option.pairs)"
            #expect(error?.description.contains(wanted) == true, "\(String(describing: error))")
        }
    }

    @Test("What was cut off at any file is done again")
    func resumes() throws {
        try TinyStudy.with { study in
            try study.run()
            let mine = try run(study)
            let files = [
                mine.descriptionURL, mine.studyURL, mine.resultURL, mine.geometryURL,
                mine.metricsURL,
            ]
            let before = try files.map { try Data(contentsOf: $0) }
            study.configuration.test.append(try Self.second(study))
            try study.run()
            let after = try files.map { try Data(contentsOf: $0) }
            // The files are written in the opposite order: the first ones are those that were not.
            for cut in 1...files.count {
                for index in 0..<cut { try before[index].write(to: files[index]) }
                if cut == files.count {
                    try FileManager.default.removeItem(at: mine.scoresURL(test: "other"))
                }
                #expect(try study.run().skipped == 1)
                #expect(try files.map { try Data(contentsOf: $0) } == after, "\(cut)")
                #expect(try mine.readScores(test: "other")?.count == 12)
            }
        }
    }

    @Test("An interrupted run resumes with more sets")
    func unfinished() throws {
        try TinyStudy.with { study in
            #expect(try study.run(stopAfter: 6).isInterrupted)
            study.configuration.test.append(try Self.second(study))
            #expect(try study.run().outcome.finished == 1)
            let mine = try run(study)
            #expect(try mine.readEpochs().map(\.tests.count) == [1, 2, 2])
            #expect(try mine.readDescription().tests.map(\.isAdded) == [nil, true])
        }
    }

    @Test("A study's runs are tested without their training set")
    func withoutTraining() throws {
        try TinyStudy.with { study in
            try study.run()
            try FileManager.default.removeItem(at: study.file("train"))
            var asked = StudyConfiguration()
            asked.test = [try Self.second(study)]
            (asked.device, asked.threads) = ("cpu", 1)
            let evaluation = StudyEvaluation(study.output, asked)
            #expect(try evaluation.run(StudyControl()) == .init(tested: 1))
            let mine = try run(study)
            #expect(try mine.readResult()?.tests.map(\.name) == ["pairs", "other"])
            // People of the training set have the test set's names.
            #expect(
                try mine.readDescription().train.overlaps?.last?.people == ["p0", "p1", "p2"])
            let files = try Data(contentsOf: mine.descriptionURL)
            #expect(try evaluation.run(StudyControl()) == .init(tested: 1))
            #expect(try Data(contentsOf: mine.descriptionURL) == files)
            // Another set of that name.
            asked.test[0].pairs = study.file("test/pairs.txt").path
            let other = try StudyEvaluation(study.output, asked).run(StudyControl())
            #expect(other.tested == 0 && other.failed.count == 1)
            #expect(
                other.failed[0].contains("another set named 'other' (the content of other was"),
                "\(other.failed)")
            // Without its model.
            try FileManager.default.removeItem(at: mine.modelURL)
            asked.test[0].name = "third"
            let lost = try StudyEvaluation(study.output, asked).run(StudyControl())
            #expect(lost.failed.first?.contains("model is missing") == true, "\(lost.failed)")
            // Of several sets the first is named.
            asked.test.append(asked.test[0])
            asked.test[1].name = "fourth"
            let both = try StudyEvaluation(study.output, asked).run(StudyControl())
            #expect(both.failed.first?.contains("'third'") == true, "\(both.failed)")
            #expect(both.failed.first?.contains("'fourth'") == false)
            #expect(throws: FaceStudyError.noRuns(path: study.root.path)) {
                try StudyEvaluation(study.root, asked).run(StudyControl())
            }
        }
    }

    @Test(
        "Sets of templates are added as well, by either command, with the numbers of a whole study")
    func templates() throws {
        try TinyStudy.with { study in
            try study.run()
            var asked = StudyConfiguration()
            asked.test = [try Self.templates(study)]
            (asked.device, asked.threads) = ("cpu", 1)
            // Alone: the runs were tested on pairs before.
            let evaluation = StudyEvaluation(study.output, asked)
            #expect(try evaluation.run(StudyControl()) == .init(tested: 1))
            let mine = try run(study)
            let report = try #require(try mine.readTemplates(test: "own"))
            #expect(report.mated == 4 && report.nonmated == 4 && report.galleries == [2])
            let description = try mine.readDescription()
            #expect(description.templateTests?.map(\.name) == ["own"])
            #expect(report.warnings.contains { $0.hasPrefix("3 of 3 people were in training") })
            #expect(description.tests.map(\.name) == ["pairs"])
            study.configuration.test += asked.test
            #expect(try StudyConfiguration.read(mine.studyURL).test == study.configuration.test)
            // Nothing is left to do for the study's own command, nor for the same one.
            let files = [mine.descriptionURL, mine.resultURL, mine.studyURL, mine.metricsURL]
            let before = try files.map { try Data(contentsOf: $0) }
            #expect(try study.run().skipped == 1)
            #expect(try evaluation.run(StudyControl()) == .init(tested: 1))
            #expect(try files.map { try Data(contentsOf: $0) } == before)
            let root = study.file("whole")
            _ = try Study(study.configuration, folder: root).run(StudyControl())
            let theirs = try #require(try StudyFolder(root).runs().first)
            #expect(try theirs.readTemplates(test: "own") == report)
            #expect(try RunComparison(mine, theirs).isSame)
            // A set of pairs in front of it goes to the right source.
            study.configuration.test.insert(try Self.second(study), at: 0)
            #expect(try study.run().skipped == 1)
            #expect(
                try mine.readDescription().tests.map(\.name) == ["other", "pairs"])
            #expect(try StudyConfiguration.read(mine.studyURL).test == study.configuration.test)
        }
    }

    @Test(
        "A set of templates that was cut off is evaluated again; another one of its name is refused"
    )
    func templatesAgain() throws {
        try TinyStudy.with { study in
            try study.run()
            let mine = try run(study)
            let files = [mine.descriptionURL, mine.studyURL]
            let before = try files.map { try Data(contentsOf: $0) }
            let own = try Self.templates(study)
            study.configuration.test.append(own)
            try study.run()
            let after = try files.map { try Data(contentsOf: $0) }
            let report = try Data(contentsOf: mine.templatesURL(test: "own"))
            for cut in 1...files.count {
                for index in 0..<cut { try before[index].write(to: files[index]) }
                if cut == files.count {
                    try FileManager.default.removeItem(at: mine.templatesURL(test: "own"))
                }
                #expect(try study.run().skipped == 1)
                #expect(try files.map { try Data(contentsOf: $0) } == after, "\(cut)")
                #expect(try Data(contentsOf: mine.templatesURL(test: "own")) == report)
            }
            var asked = StudyConfiguration()
            asked.test = [own]
            (asked.device, asked.threads) = ("cpu", 1)
            let text = try String(contentsOfFile: own.pairs, encoding: .utf8)
            try text.replacing("unknown2-4", with: "unknown2-3").write(
                toFile: own.pairs, atomically: true, encoding: .utf8)
            let other = try StudyEvaluation(study.output, asked).run(StudyControl())
            #expect(
                other.failed.first?.contains("the templates of own were 10, now 9") == true,
                "\(other.failed)")
            asked.test = [
                .init(name: "own", images: own.images, pairs: study.file("test/pairs.txt").path)
            ]
            let kind = try StudyEvaluation(study.output, asked).run(StudyControl())
            #expect(kind.failed.first?.contains("own") == true && kind.tested == 0)
        }
    }

    @Test("MegaFace is added as well, with the numbers of a whole study, and embedded once")
    func megaFace() throws {
        try TinyStudy.with { study in
            try study.run()
            var asked = StudyConfiguration()
            asked.test = [try Self.megaFace(study)]
            (asked.device, asked.threads) = ("cpu", 1)
            let evaluation = StudyEvaluation(study.output, asked)
            var embedded = 0
            let control = StudyControl(listener: { event in
                if case .evaluating(_, "mf", _, _) = event { embedded += 1 }
            })
            #expect(try evaluation.run(control) == .init(tested: 1))
            #expect(embedded > 0)
            let mine = try run(study)
            let report = try #require(try mine.readDistractors(test: "mf"))
            #expect(report.pairs == 6 && report.people == 3)
            #expect(report.rates.map(\.distractors) == [6])
            #expect(report.warnings.contains { $0.hasPrefix("3 of 3 people were in training") })
            // Every figure has an interval, of as many draws as others of a run have.
            #expect(report.figures.map(\.measure) == [.rankAmong(1, distractors: 6)])
            #expect(report.figures.allSatisfy { $0.replicates?.draws.count == 200 })
            let facts = try #require(try mine.readDescription().templateTests?.first)
            #expect(facts.name == "mf" && facts.templates == 6 && facts.distractors == 6)
            // Nothing is left to do; annotations are not of MegaFace.
            embedded = 0
            let record = mine.templatesURL(test: "mf")
            let files = [mine.descriptionURL, mine.resultURL, mine.studyURL, record]
            let before = try files.map { try Data(contentsOf: $0) }
            let attributes = study.file("attributes.csv")
            try Data("person,sex\np0,f\np1,m\n".utf8).write(to: attributes)
            #expect(try evaluation.run(control) == .init(tested: 1))
            asked.evaluation.attributes = attributes.path
            #expect(try StudyEvaluation(study.output, asked).run(control) == .init(tested: 1))
            #expect(embedded == 0)
            #expect(try files.map { try Data(contentsOf: $0) } == before)
            // What was cut off before the run's description is tested again.
            var description = try mine.readDescription()
            description.templateTests = nil
            try mine.write(description)
            try FileManager.default.removeItem(at: record)
            #expect(try evaluation.run(control) == .init(tested: 1))
            #expect(embedded > 0)
            #expect(try files.map { try Data(contentsOf: $0) } == before)
            study.configuration.test.append(asked.test[0])
            let root = study.file("whole")
            _ = try Study(study.configuration, folder: root).run(StudyControl())
            let theirs = try #require(try StudyFolder(root).runs().first)
            #expect(try theirs.readDistractors(test: "mf") == report)
            #expect(try RunComparison(mine, theirs).isSame)
        }
    }

    @Test(
        "A run that ends while it is tested embeds only what is missing, to the same numbers",
        arguments: [false, true])
    func keptEmbeddings(isAdded: Bool) throws {
        try TinyStudy.with { study in
            let tests = [try Self.templates(study), try Self.megaFace(study)]
            study.configuration.evaluation.batchSize = 1
            study.configuration.evaluation.scoreNorm = "z"
            study.configuration.evaluation.cohort = study.file("train").path
            if isAdded { try study.run() }
            study.configuration.test += tests
            /// Runs the study until a set's images are embedded so far; the counts that were reported.
            func run(until set: String = "", _ images: Int = 0) throws -> [String: [Int]] {
                var told: [String: [Int]] = [:]
                let control = StudyControl(
                    shouldStop: { told[set]?.last ?? -1 >= images },
                    listener: { event in
                        guard case .evaluating(_, let name, let done, _) = event else { return }
                        told[name, default: []].append(done)
                    })
                do {
                    _ = try Study(study.configuration, folder: study.output).run(control)
                } catch FaceStudyError.interrupted {}
                return told
            }
            func kept() throws -> [String] {
                let folder = try self.run(study).templatesURL(test: "own")
                    .deletingLastPathComponent()
                return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    .filter { $0.hasSuffix(".part") }.sorted()
            }
            // Four batches of an image are written at once; the cohort has five images of each of four people.
            #expect(try run(until: "cohort", 6)["cohort"]?.last == 6)
            #expect(try kept() == ["..cohort.rows.part"])
            let first = try run(until: "own", 10)
            #expect(first["cohort"]?.first == 4 && first["cohort"]?.last == 20)
            #expect(first["own"]?.last == 10)
            #expect(try kept() == ["..cohort.rows.part", "..own.json.rows.part"])
            let second = try run(until: "mf", 5)
            #expect(second["cohort"].map { Set($0) } == [20])
            #expect(second["own"]?.first == 8 && second["own"]?.last == 12)
            #expect(second["mf"]?.last == 5)
            let last = try run()
            // An added set is recorded as soon as it has been evaluated.
            #expect(last["own"].map { Set($0) } == (isAdded ? nil : [12]))
            #expect(last["mf"]?.first == 4 && last["mf"]?.last == 12)
            #expect(try kept() == [])
            let root = study.file("whole")
            _ = try Study(study.configuration, folder: root).run(StudyControl())
            let (mine, theirs) = (
                try self.run(study), try #require(try StudyFolder(root).runs().first)
            )
            for test in ["own", "mf"] {
                #expect(
                    try Data(contentsOf: mine.templatesURL(test: test))
                        == Data(contentsOf: theirs.templatesURL(test: test)), "\(test)")
            }
            #expect(try RunComparison(mine, theirs).isSame)
        }
    }

    @Test("Another MegaFace of the same name, or a set of another kind, is refused")
    func otherMegaFace() throws {
        try TinyStudy.with { study in
            let source = try Self.megaFace(study)
            study.configuration.test.append(source)
            try study.run()
            var asked = StudyConfiguration()
            asked.test = [source]
            (asked.device, asked.threads) = ("cpu", 1)
            func failure() throws -> String {
                let outcome = try StudyEvaluation(study.output, asked).run(StudyControl())
                return try #require(outcome.failed.first)
            }
            let list = study.file("lists/megaface_lst")
            let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
            try Data(lines.dropLast().joined(separator: "\n").utf8).write(to: list)
            #expect(try failure().contains("the distractors of mf were 6, now 5"))
            #expect(throws: FaceStudyError.self) { try study.run() }
            let first = study.file("images/\(lines[0])")
            try Data(lines.joined(separator: "\n").utf8).write(to: list)
            try FileManager.default.removeItem(at: first)
            try FileManager.default.copyItem(at: study.file("test/p1/p1_0001.jpg"), to: first)
            #expect(try failure().contains("the content of mf was"))
            asked.test = [try Self.templates(study)]
            asked.test[0].name = "mf"
            #expect(try failure().contains("the kind of mf was MegaFace, now templates"))
            asked.test = [study.configuration.test[0]]
            asked.test[0].name = "mf"
            #expect(try failure().contains("the kind of mf was MegaFace, now pairs"))
        }
    }

    @Test(
        "Scores are normalised by training people, or by those of a folder, and the record says so")
    func scoreNorm() throws {
        try TinyStudy.with { study in
            let own = try Self.templates(study)
            study.configuration.test.append(own)
            study.configuration.evaluation.scoreNorm = "s"
            try study.run()
            let mine = try run(study)
            let report = try #require(try mine.readTemplates(test: "own"))
            #expect(report.normalization == "s-norm by 4 people of 'few'")
            // Another normalisation is another run; a set of another name can have it.
            study.configuration.evaluation.scoreNorm = "z"
            #expect(throws: FaceStudyError.self) { try study.run() }
            var asked = StudyConfiguration()
            asked.test = [.init(name: "own-z", images: own.images, pairs: own.pairs)]
            (asked.device, asked.threads) = ("cpu", 1)
            asked.evaluation.scoreNorm = "z"
            #expect(throws: FaceStudyError.noCohort) {
                try StudyEvaluation(study.output, asked).run(StudyControl())
            }
            asked.evaluation.cohort = study.file("train").path
            let evaluation = StudyEvaluation(study.output, asked)
            #expect(try evaluation.run(StudyControl()) == .init(tested: 1))
            let other = try #require(try mine.readTemplates(test: "own-z"))
            #expect(other.normalization == "z-norm by 4 people of 'train'")
            #expect(other.figures.count == report.figures.count)
            asked.evaluation.scoreNorm = "none"
            let again = try StudyEvaluation(study.output, asked).run(StudyControl())
            let wanted =
                "the normalisation of scores of own-z was z-norm by 4 people of 'train', now none"
            #expect(again.failed.first?.contains(wanted) == true, "\(again.failed)")
            // The test set's own people are told.
            asked.evaluation.scoreNorm = "as:3"
            asked.evaluation.cohort = study.file("test").path
            asked.test[0].name = "own-as"
            var warnings: [String] = []
            let control = StudyControl(listener: { event in
                if case .warning(let text) = event { warnings.append(text) }
            })
            _ = try StudyEvaluation(study.output, asked).run(control)
            #expect(warnings.contains { $0.contains("3 of its 3 people") }, "\(warnings)")
            #expect(
                try mine.readTemplates(test: "own-as")?.normalization
                    == "adaptive s-norm (3 highest) by 3 people of 'test'")
        }
    }
}
