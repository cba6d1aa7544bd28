import FaceReport
import FaceRuns
import FaceStatistics
import Foundation
import Testing

/// Tuned studies whose record of the tries is damaged or gone, and values that were tuned elsewhere.
@Suite("Tuned runs without a record of the tries")
struct LostTuningTests {
    /// What is left of a tuned sample, and its report, after a change to its folder.
    private func render(
        roles: Bool, _ change: (StudyFolder) throws -> Void
    ) throws -> (RenderedReport, StudyResults, TunedStudy) {
        try inTemporaryFolder { folder throws in
            try TunedSample(seeds: [101, 102, 103], pairs: 300, hasRoles: roles).write(to: folder)
            try change(StudyFolder(folder))
            let results = try StudyResults(reading: StudyFolder(folder))
            return (
                try Report(study: folder).render(), results,
                try #require(TunedStudy(results, rope: 0.002))
            )
        }
    }

    private func damage(_ study: StudyFolder) throws {
        try Data("{".utf8).write(to: study.tuningURL)
    }

    private func section(_ title: String, of markdown: String) -> String {
        markdown.components(separatedBy: "\n## ").first { $0.hasPrefix(title + "\n") } ?? ""
    }

    @Test(
        "Default and tuned are no rivals, and the file is named",
        arguments: [(true, true), (true, false), (false, true), (false, false)])
    func pairs(roles: Bool, isGone: Bool) throws {
        let whole = try render(roles: roles) { _ in }
        let (report, results, study) = try render(roles: roles) { study in
            if isGone {
                try FileManager.default.removeItem(at: study.tuningURL)
            } else {
                try damage(study)
            }
        }
        #expect(results.tuning == nil && study.isRecordLost)
        #expect(report.damages.count == 1)
        #expect(report.damages.first?.contains("tuning.json") == true)
        #expect(report.damages.first?.contains(isGone ? "is missing" : "rebuilds it") == true)
        #expect(report.markdown.contains(report.damages[0]))
        // The answer is what it was with the record: five losses, each as it was chosen.
        #expect(study.statistics?.comparisons.count == 10)
        func table(_ report: RenderedReport) -> String {
            report.answer.text.components(separatedBy: "\n\n")[0]
        }
        #expect(table(report) == table(whole.0))
        #expect(!report.answer.text.contains("  ArcFace  "))
        for (loss, before) in zip(study.losses, whole.2.losses) {
            #expect(loss.cell.loss == before.cell.loss)
            #expect(loss.gain?.mean == before.gain?.mean)
            #expect(loss.cell.lossTitle == before.cell.lossTitle)
        }
        let chapter = section("Tuned with the same budget", of: report.markdown)
        #expect(chapter.contains("is damaged or missing"))
        #expect(chapter.contains("**ArcFace** gained "))
        #expect(!chapter.contains("How the ranking depends on the budget"))
        // Only the runs of present versions say how many settings were tried.
        let budget = roles ? "16 tries" : "tries"
        #expect(report.markdown.contains("with the same budget of \(budget) on held-out"))
        #expect(
            study.losses.allSatisfy {
                !$0.firstRung.isEmpty && $0.firstRung.count == $0.cell.tries.count
                    && $0.cell.budget.imagesEach == 0 && $0.cell.budget.epochs == 0
            })
        // A loss that kept its default is known as one only where its runs say so.
        #expect(study.losses.count == (roles ? 5 : 4))
        if roles {
            #expect(study.losses[4].keepsDefault)
            #expect(chapter.contains("**Marginal Loss** kept its default"))
        }
    }

    @Test("A record that lacks a loss its runs call tuned is named")
    func partial() throws {
        let (report, _, study) = try render(roles: true) { study in
            var record = try #require(try study.readTuning())
            record.cells.removeAll { $0.loss == "arcface" }
            try study.write(record)
        }
        #expect(report.damages.count == 1)
        #expect(report.damages.first?.contains("has no tries of ArcFace") == true)
        #expect(!study.isRecordLost && study.losses.count == 5)
        #expect(study.statistics?.comparisons.count == 10)
    }

    @Test("results.csv says which runs are tuned, and to what")
    func csv() throws {
        for isLost in [false, true] {
            let (report, _, _) = try render(roles: true) { if isLost { try damage($0) } }
            let lines = report.csv.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let column = { (name: String) in lines[0].firstIndex(of: name) ?? -1 }
            let (loss, values) = (column("loss"), column("values"))
            let (tuned, tries, place) = (
                column("tuned_values"), column("tuning_tries"), column("tuned_on")
            )
            #expect(lines.count == 28)
            for line in lines.dropFirst() {
                let isTuned = line[loss].hasSuffix("(tuned)")
                #expect(line[values] == (isTuned ? "tuned" : "default"))
                #expect(line[tuned].contains("learningRate="))
                #expect(line[tries] == "16")
                #expect(line[place] == (isTuned ? "mobilenetv1 on casia" : ""))
            }
        }
    }

    @Test("Values of another study are shown with where they were tuned and what they gain here")
    func elsewhere() throws {
        let report = try inTemporaryFolder { folder throws in
            try TunedSample(seeds: [1, 2, 3, 4, 5], hasRoles: true).write(to: folder)
            let study = StudyFolder(folder)
            try FileManager.default.removeItem(at: study.tuningURL)
            for run in try study.runs() {
                var description = try run.readDescription()
                guard var origin = description.identity.tuned else {
                    // The default of one loss is not there.
                    if description.identity.loss == "softmax" {
                        try FileManager.default.removeItem(at: run.url)
                    } else {
                        description.tuning = nil
                        try run.write(description)
                    }
                    continue
                }
                origin.study = "quarter"
                origin.backbone = "mobilenetv1:width=0.25"
                description.identity.tuned = origin
                try run.write(description)
            }
            return try Report(study: folder).render()
        }
        #expect(report.damages.isEmpty)
        #expect(section("Tuned with the same budget", of: report.markdown).isEmpty)
        let chapter = section("Values tuned in another study", of: report.markdown)
        #expect(
            chapter.contains(
                "**ArcFace**, tuned with mobilenetv1:width=0.25 on casia, used with mobilenetv1 on "
                    + "casia (another network and the same training set): gained "))
        #expect(chapter.contains("They transfer"))
        #expect(chapter.contains("add `softmax` to its losses"))
        #expect(chapter.contains("| quarter | mobilenetv1:width=0.25 on casia | 16 |"))
        #expect(report.csv.contains(",quarter"))
    }
}
