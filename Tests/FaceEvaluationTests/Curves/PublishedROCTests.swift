import FaceEvaluation
import Foundation
import Testing

@Suite struct PublishedROCTests {
    @Test func linesAreTrueThenFalseAcceptanceRates() throws {
        let curve = try PublishedROC(text: "1.0\t1\r\n\n 0.5 0.25\n0 0\n")
        #expect(curve.points.map(\.far) == [0, 0.25, 1])
        #expect(curve.points.map(\.tar) == [0, 0.5, 1])
        #expect(curve.auc == 0.25 * 0.25 + 0.75 * 0.75)
        #expect(curve.bestBalancedAccuracy == 0.625)
    }

    @Test func malformedLinesAreNamed() {
        for text in ["0.5", "0.5 0.5 0.5", "0.5 1.5", "true false", "nan 0", "-0.1 0"] {
            let error = #expect(throws: FaceEvaluationError.self) {
                try PublishedROC(text: "0 0\n\(text)\n1 1")
            }
            #expect(error == .malformedROCLine(line: 2, text: text))
        }
        #expect(throws: FaceEvaluationError.tooFewROCPoints(1)) { try PublishedROC(text: "1 1\n") }
    }

    /// The numbers printed beside these files where they were published.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["FACET_DATA"] != nil,
            "Set FACET_DATA to the folder of sample data to read published curves."))
    func publishedNumbersComeOut() throws {
        let data = try #require(ProcessInfo.processInfo.environment["FACET_DATA"])
        func curve(_ name: String) throws -> PublishedROC {
            try PublishedROC(
                text: String(contentsOfFile: "\(data)/roc/\(name).txt", encoding: .utf8))
        }
        #expect(isClose(try curve("paf_cvpr2013").auc, 0.9405, within: 5e-5))
        #expect(isClose(try curve("PLWT").auc, 0.9608, within: 5e-5))
        let dlib = try curve("dlib_LFW_roc_curve").bestBalancedAccuracy
        #expect(isClose(dlib, 0.9938, within: 1e-4))
        // Published as the mean of ten folds, which one threshold chosen on all pairs exceeds.
        let deepface = try curve("deepface_ensemble").bestBalancedAccuracy
        #expect(isClose(deepface, 0.9735, within: 5e-4))
    }
}
