import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ErrorGalleryTests {
    private func render(
        pictures: Report.Pictures?
    ) throws -> RenderedReport {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 300, epochs: 2).write(to: folder)
            return try Report(study: folder, pictures: pictures).render()
        }
    }

    @Test func showsPicturesInsideOfThePage() throws {
        let report = try render { image, test in test == "lfw" ? Array(image.utf8) : nil }
        let images = report.html.components(separatedBy: "<img ").count - 1
        #expect(images > 100 && images <= 1000)
        let sources = report.html.components(separatedBy: "src=\"").dropFirst()
        #expect(sources.allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
        #expect(
            report.html.contains("Where ArcFace and Cross-entropy disagree")
                || report.html.contains("Where AM-Softmax and Cross-entropy disagree"))
        #expect(report.html.contains("Worst errors of Marginal Loss"))
        #expect(!report.html.contains("listed by name only"))
    }

    @Test func saysThatPicturesAreGone() throws {
        let report = try render { _, _ in nil }
        #expect(!report.html.contains("<img"))
        #expect(
            report.markdown.contains("The images of lfw are no longer where the study read them"))
        #expect(report.markdown.contains(": cosine "))
        #expect(try render(pictures: nil).markdown.contains("Images are listed by name only."))
    }

    @Test func aPictureThatIsGoneAloneLeavesItsPlace() throws {
        let report = try render { image, _ in image.hasSuffix("0.jpg") ? [1] : nil }
        #expect(report.html.contains("<span class=\"gone\""))
    }

    @Test func disagreementsAreRightAndWrong() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 300, epochs: 2).write(to: folder)
            let text = try Report(study: folder).render().markdown
            let part = text.components(
                separatedBy: "### Right with ArcFace, wrong with Cross-entropy")
            let lines = (part.count > 1 ? part[1] : "").components(separatedBy: "\n")
                .filter { $0.hasPrefix("- ") }.prefix(3)
            #expect(!lines.isEmpty)
            for line in lines {
                // cosine a, threshold b; Cross-entropy: c, limit d
                let numbers = line.components(separatedBy: CharacterSet(charactersIn: " ,;"))
                    .compactMap {
                        Double($0.replacingOccurrences(of: "−", with: "-"))
                    }
                try #require(numbers.count == 4)
                #expect((numbers[0] > numbers[1]) != (numbers[2] > numbers[3]), "\(line)")
            }
        }
    }

    @Test func addsUpWhatRunsTook() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 3).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            let run = try #require(results.runs.first)
            let cost = try #require(RunCost(run))
            #expect(cost.images == 3 * 500 * 64)
            #expect(cost.operations == 6 * 6.309e9 * 96_000)
            #expect(abs(cost.trainSeconds - 3 * 32_000 / 41) < 1e-6)
            #expect(cost.evaluationSeconds == 9)
            let text = try Report(study: folder).render().markdown
            #expect(text.contains("| Cross-entropy | 96,000 | 3.63 P | 39 min 01 s | 9.0 s |"))
        }
    }
}
