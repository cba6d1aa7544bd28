import FaceStatistics
import Charts
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ReportTests {
    private func render(_ sample: SampleStudy) throws -> RenderedReport {
        try inTemporaryFolder { folder throws in
            try sample.write(to: folder)
            return try Report(study: folder).render()
        }
    }

    @Test func writesThreeFilesThatAreAlwaysTheSame() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 3).write(to: folder)
            let report = Report(study: folder, title: "A & B")
            let urls = try report.write()
            #expect(
                urls.map(\.lastPathComponent) == ["index.html", "report.md", "results.csv"])
            #expect(urls[0].deletingLastPathComponent().path == folder.path + "/report")
            let first = try urls.map { try Data(contentsOf: $0) }
            try report.write()
            #expect(try urls.map { try Data(contentsOf: $0) } == first)
            #expect(try report.render() == report.render())
            #expect(try report.render().html.contains("<h1>A &amp; B</h1>"))
        }
    }

    @Test func saysWhatHappenedInOneSentence() {
        #expect(
            FaceReportError.noRuns(study: "s", damaged: 0).description
                == "there are no runs to report in 's'; start the study first")
        #expect(
            FaceReportError.noRuns(study: "s", damaged: 2).description
                == "none of the 2 runs in 's' can be read; delete their folders and start the study "
                + "again")
        #expect(
            FaceReportError.runs(.missingFile(path: "p")).description
                == FaceRunsError.missingFile(path: "p").description)
    }

    @Test func answersHonestly() throws {
        let text = try render(SampleStudy(pairs: 100, epochs: 3)).markdown
        #expect(text.contains("**One seed.** The 95 % interval of an accuracy on 100 pairs"))
        #expect(text.contains("scored highest in"))
        #expect(text.contains("cannot be told apart"))
        #expect(
            text.contains("Marginal Loss drew its batches with `pk:32x4` instead of `shuffle`"))
    }

    @Test func hasThePapersTable() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(seeds: [1, 2], pairs: 400, epochs: 3).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            let text = try Report(study: folder).render().markdown
            let softmax = ["casia", "ms1m"].flatMap { set in
                let cell = results.cell("resnet50", set, results.losses[0])
                return [cell.trainAccuracy, cell.testAccuracy].map { spread in
                    let sigma = spread?.standardDeviation ?? 0
                    return "\(Format.percent(spread?.mean ?? 0)) ± \(Format.percent(sigma))"
                }
            }
            let header = "| Loss | casia, training | casia, test | ms1m, training | ms1m, test |"
            #expect(text.contains(header))
            #expect(text.contains("| Cross-entropy | \(softmax.joined(separator: " | ")) |"))
            let table = text.components(separatedBy: header)[1]
                .components(separatedBy: "\n\n")[0]
            for loss in results.losses {
                #expect(table.components(separatedBy: "| \(loss.title) |").count == 3)
            }
        }
    }

    @Test func reportsFailedUnfinishedAndMissingRuns() throws {
        let sample = SampleStudy(
            pairs: 60, epochs: 6, failed: ["resnet50 casia arcface 1"],
            unfinished: ["resnet50 casia softmax 1": 2, "mobilenetv1 ms1m arcface 1": 0],
            absent: ["resnet50 casia marginal 1"])
        let report = try render(sample)
        #expect(report.markdown.contains("19 runs: 16 finished, 1 failed, 2 unfinished."))
        #expect(
            report.markdown.contains(
                "**ResNet50 on casia, ArcFace, seed 1**, after 2 epochs: The loss became NaN"))
        #expect(report.markdown.contains("| ArcFace | – | – |"))
        #expect(report.html.contains("The loss became NaN"))
    }

    @Test func reportsAStudyThatHasJustBegun() throws {
        var absent: Set<String> = []
        for backbone in SampleStudy.backbones {
            for train in SampleStudy.trainSets {
                for loss in SampleStudy.losses {
                    absent.insert("\(backbone.name) \(train.name) \(loss.name) 1")
                }
            }
        }
        let only = "resnet50 casia softmax 1"
        absent.remove(only)
        for epochs in [0, 1, 2] {
            let report = try render(
                SampleStudy(pairs: 60, epochs: 4, unfinished: [only: epochs], absent: absent))
            #expect(report.markdown.contains("No run has finished yet"))
            #expect(report.html.contains("id=\"curves\"") == (epochs > 0))
        }
        let finished = try render(SampleStudy(pairs: 60, epochs: 4, absent: absent))
        #expect(finished.markdown.contains("There is no second loss to compare it with yet."))
        #expect(
            finished.markdown.contains(
                "of the pairs classified correctly with ResNet50 on casia. There"))
        #expect(!finished.html.contains("id=\"training-set\""))
    }

    /// Writes a large sample for looking at, where the environment names a folder for it.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FACET_SAMPLE_REPORT"] != nil))
    func writesASampleToLookAt() throws {
        let path = try #require(ProcessInfo.processInfo.environment["FACET_SAMPLE_REPORT"])
        let folder = URL(fileURLWithPath: path)
        let many = SampleStudy(
            seeds: [1, 2, 3], pairs: 6000, failed: ["resnet50 casia arcface 2"],
            unfinished: ["mobilenetv1 ms1m marginal 3": 5])
        try many.write(to: folder.appendingPathComponent("seeds"))
        try SampleStudy(pairs: 6000).write(to: folder.appendingPathComponent("one"))
        var odd = SampleStudy(
            pairs: 600, epochs: 40, failed: ["resnet50 casia arcface 1"],
            unfinished: ["resnet50 casia softmax 1": 9])
        odd.absent = Set(
            SampleStudy.losses.flatMap { loss in
                SampleStudy.backbones.map { "\($0.name) ms1m \(loss.name) 1" }
            })
        odd.edit = { description in
            description.identity.trainSet = "Gesichter von der Straße & <anderswo>, 顔"
            description.backbone.title += " with squeeze and excitation"
            description.lossTitle += " of a long name"
            description.tests.append(
                TestSetFacts(name: "cfp_fp", pairs: 7000, folds: 10, pairsEachEpoch: 700))
        }
        try odd.write(to: folder.appendingPathComponent("odd"))
        for name in ["seeds", "one", "odd"] {
            try Report(study: folder.appendingPathComponent(name)).write()
        }
    }
}
