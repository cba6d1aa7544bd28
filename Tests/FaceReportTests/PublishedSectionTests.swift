import FaceConfiguration
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite("What others report")
struct PublishedSectionTests {
    /// The Markdown of a report of one run.
    private func report(
        test: String = "v", pairs: Int = 6000, recipe: String? = nil, loss: String = "arcface"
    ) throws -> String {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            let run = PlainRun(loss: loss, seed: 1, pairs: pairs)
            try run.write(accuracy: 0.9321, to: study)
            try run.writeDescription(to: study) { description in
                description.tests[0].name = test
                if let recipe {
                    description.configuration = .object(["recipe": .string(recipe)])
                }
            }
            var result = try #require(try run.folder(in: study).readResult())
            result.tests[0].name = test
            try run.folder(in: study).write(result)
            return try Report(study: folder).render().markdown
        }
    }

    /// The cells of the table rows that begin so.
    private func rows(_ markdown: String, _ start: String) -> [[String]] {
        markdown.split(separator: "\n").filter { $0.hasPrefix("| \(start)") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test("Stands in reports on LFW alone, with protocol and choice of epoch")
    func onLFW() throws {
        #expect(try !report().contains("What others report"))
        #expect(try !report(test: "lfw", pairs: 600).contains("What others report"))
        let markdown = try report(test: "lfw")
        #expect(
            rows(markdown, "ArcFace, CVPR 2019").contains([
                "ArcFace, CVPR 2019", "IResNet-50", "CASIA-WebFace", "ArcFace, m 0.50", "99.53",
                "95.56", "95.15", "10 folds, mirrored", "not stated",
            ]))
        #expect(
            rows(markdown, "leondgarse").first == [
                "leondgarse/Keras\\_insightface", "ResNet34", "CASIA-WebFace", "ArcFace", "99.47",
                "94.91", "94.95", "one threshold, chosen on the pairs", "best on the test set",
            ])
        #expect(rows(markdown, "this study").isEmpty)
    }

    @Test("A recipe's figures stand over the study's")
    func recipe() throws {
        let markdown = try report(test: "LFW", recipe: "arcface-casia-r50")
        #expect(markdown.contains("The published figures of the recipe arcface-casia-r50"))
        #expect(
            rows(markdown, "this study") == [
                [
                    "this study", "B", "t", "arcface", "93.21", "–", "–", "10 folds, mirrored",
                    "last",
                ]
            ])
        // Each published figure once: beside the study's, and not among the others again.
        #expect(rows(markdown, "ArcFace, CVPR 2019").count == 12)
        // On another test set the recipe's table is there alone.
        let other = try report(recipe: "insightface-ms1mv2-mbf-power1")
        #expect(rows(other, "insightface, logs").count == 2)
        #expect(rows(other, "leondgarse").isEmpty)
        #expect(other.contains("for a quadratically decaying learning rate"))
        #expect(rows(other, "this study").first?[4] == "–")
        #expect(try !report(recipe: "nobody's").contains("What others report"))
    }

    @Test("ArcFace's angles stand beside the geometry on LFW")
    func angles() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            for run in try StudyFolder(folder).runs() {
                var description = try run.readDescription()
                var result = try #require(try run.readResult())
                (description.tests[0].pairs, result.tests[0].pairs) = (6000, 6000)
                try run.write(description)
                try run.write(result)
                try FileManager.default.removeItem(at: run.scoresURL(test: "lfw"))
            }
            let markdown = try Report(study: folder).render().markdown
            #expect(
                rows(markdown, "image to the centre of its person, LFW") == [
                    [
                        "image to the centre of its person, LFW", "33.97", "28.05", "12.94",
                        "35.38", "27.42",
                    ]
                ])
            #expect(rows(markdown, "class weight to the centre").first?.last == "–")
        }
    }
}
