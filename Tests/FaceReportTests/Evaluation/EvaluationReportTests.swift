import Documents
import FaceEvaluation
import FaceReport
import Foundation
import Testing

@Suite struct EvaluationReportTests {
    private static let hostile = "</style><script src=\"https://evil.example/x.js\">&"

    /// Distances that overlap, so that there are errors of both kinds.
    private func set(_ name: String, pairs count: Int = 400) throws -> EvaluationReport.TestSet {
        let pairs = (0..<count).map { index in
            let same = index % 2 == 0
            let position = Float((index * 7919) % count) / Float(count)
            return ScoredPair(
                distance: same ? position * 1.6 : 1.2 + position * 1.4, same: same, fold: 0)
        }
        let report = try VerificationReport(of: pairs, meanNorm: 20)
        let errors = try VerificationErrors(of: pairs)
        func gallery(_ entries: [VerificationErrors.Entry]) -> ErrorGallery {
            ErrorGallery(
                total: entries.count,
                shown: entries.prefix(3).map {
                    ErrorGallery.Pair(
                        first: .init(name: "a\(name)/a_0001.jpg", jpeg: [1, 2, 3]),
                        second: .init(name: "b/b_\($0.pair).jpg", jpeg: [4, 5]),
                        cosine: $0.cosine, threshold: 0.4)
                })
        }
        return EvaluationReport.TestSet(
            name: name, report: report,
            protocols: [], threshold: try BestThreshold(of: pairs, resamples: 50),
            viewOne: try ViewOneResult(train: pairs, test: pairs),
            falseAccepts: gallery(errors.falseAccepts), falseRejects: gallery(errors.falseRejects),
            warnings: report.warnings)
    }

    private func text(_ report: EvaluationReport, _ name: String) throws -> String {
        try #require(report.render().first { $0.name == name }).text
    }

    @Test func showsPicturesAndNumbers() throws {
        let report = EvaluationReport(model: "model.pt", sets: [try set("lfw"), try set("cfp")])
        let html = try text(report, "index.html")
        #expect(html.contains("data:image/jpeg;base64,AQID"))
        #expect(html.contains("needs 1,000,000"))
        #expect(html.contains("pairs of different people are too few"))
        #expect(html.contains("False accepts on cfp"))
        #expect(html.contains("prefers-color-scheme:dark"))
        #expect(html.components(separatedBy: "<script").count == 2)
        let markdown = try text(report, "report.md")
        #expect(markdown.contains("## Which threshold to use"))
        #expect(markdown.contains("View 1"))
    }

    /// A prepared folder must not lead the pictures out of it.
    @Test func writesThroughNoLink() throws {
        try inTemporaryFolder { folder throws in
            let (out, other) = (
                folder.appendingPathComponent("out"), folder.appendingPathComponent("other")
            )
            for place in [out, other] {
                try FileManager.default.createDirectory(
                    at: place, withIntermediateDirectories: true)
            }
            let link = out.appendingPathComponent("pictures")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: other)
            let report = EvaluationReport(model: "m", sets: [try set("lfw")])
            var refusal = ""
            do throws(FaceReportError) {
                try report.write(to: out)
            } catch {
                refusal = error.description
            }
            #expect(refusal.hasPrefix("'\(link.path)' is a symbolic link"), "\(refusal)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: other.path).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == ["pictures"])
            try FileManager.default.removeItem(at: link)
            #expect(try report.write(to: out).count > 2)
        }
    }

    @Test func needsNothingButItself() throws {
        let html = try text(
            EvaluationReport(model: "m", sets: [try set("lfw")]), "index.html")
        let sources = html.components(separatedBy: "src=\"").dropFirst()
        #expect(!sources.isEmpty)
        #expect(sources.allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
        let addresses = html.components(separatedBy: "http").dropFirst()
        #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/") })
    }

    @Test func escapesEveryName() throws {
        let report = EvaluationReport(model: Self.hostile, sets: [try set(Self.hostile)])
        for (name, text) in report.render() {
            let scripts = name == "index.html" ? 1 : 0
            #expect(text.components(separatedBy: "<script").count == scripts + 1, "\(name)")
            #expect(!name.contains("<") && !name.contains(".."), "\(name)")
        }
    }

    /// Curves of pairs, scores and curves of templates are different figures with one colour for each set.
    @Test func everyTestSetHasAColourOfItsOwn() throws {
        let report = EvaluationReport(
            model: "m", sets: [try set("lfw")],
            templates: [("ijb", try IdentificationSectionTests.report(rank: 0.9))])
        let html = try text(report, "index.html")
        for (title, color) in [("ROC", "c0"), ("lfw", "c0"), ("CMC", "c1"), ("DET", "c1")] {
            let parts = html.components(separatedBy: ": \(title)</title>").dropFirst()
            let drawing = try #require(parts.last).components(separatedBy: "</svg>")[0]
            let drawn = Set(drawing.matches(of: /class="series (c\d+)"/).map { String($0.1) })
            #expect(drawn == [color], "\(title)")
        }
    }

    @Test func picturesAreFilesOfTheirOwn() throws {
        let sets = [try set("a b"), try set("a/b")]
        let files = EvaluationReport(model: "m", sets: sets).render().map(\.name)
        #expect(
            files == [
                "index.html", "report.md", "pictures/roc.svg", "pictures/det.svg",
                "pictures/scores-a-b.svg", "pictures/scores-a-b-2.svg",
            ])
    }

    @Test func aSetOfOneKindHasNoCurves() throws {
        let pairs = (0..<20).map { ScoredPair(distance: Float($0) / 10, same: true, fold: 0) }
        let none = ErrorGallery(total: 0, shown: [])
        let one = EvaluationReport.TestSet(
            name: "one", report: try VerificationReport(of: pairs), protocols: [], threshold: nil,
            viewOne: nil, falseAccepts: none, falseRejects: none, warnings: ["All one."])
        let files = EvaluationReport(model: "m", sets: [one]).render()
        #expect(files.map(\.name) == ["index.html", "report.md", "pictures/scores-one.svg"])
        #expect(files[0].text.contains("All one."))
        #expect(!files[0].text.contains("The worst errors"))
    }
}
