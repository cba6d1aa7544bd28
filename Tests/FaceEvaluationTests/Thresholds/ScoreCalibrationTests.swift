import FaceEvaluation
import FaceStatistics
import Foundation
import Testing

/// Goldens by NumPy and SciPy: `Fixtures/make_calibration.py`.
@Suite struct ScoreCalibrationTests {
    struct Golden: Decodable {
        struct Threshold: Decodable {
            let far, cosine: Double
            let interval: [Double]
            let tar: Double
            let tarInterval: [Double]
        }
        struct Large: Decodable {
            let thresholds: [Threshold]
            let shares: [[Double]]
        }
        let impostor, genuine: [Double]
        let thresholds: [Threshold]
        let other: Threshold
        let shares: [[Double]]
        let large: Large
        let clopperPearson: [[Double]]
    }

    let golden: Golden

    init() throws { golden = try #require(Fixture.read("calibration")) }

    private func calibration() throws -> ScoreCalibration {
        try ScoreCalibration(
            of: TemplateScores(genuine: golden.genuine, impostor: golden.impostor), set: "lfw",
            views: 2)
    }

    private func expect(
        _ found: ScoreCalibration.Threshold, _ golden: Golden.Threshold,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.far == golden.far, sourceLocation: sourceLocation)
        #expect(abs(found.cosine - golden.cosine) < 1e-12, sourceLocation: sourceLocation)
        for (end, other) in zip(found.interval, golden.interval) {
            #expect(abs(end - other) < 1e-12, sourceLocation: sourceLocation)
        }
    }

    @Test("Clopper and Pearson's interval is SciPy's")
    func clopperPearson() {
        for row in golden.clopperPearson {
            let interval = BinomialInterval.clopperPearson(
                Int(row[0]), of: Int(row[1]), level: row[2])
            #expect(abs(interval.lower - row[3]) <= 1e-7 * row[3], "\(row)")
            #expect(abs(interval.upper - row[4]) <= 1e-7 * row[4], "\(row)")
        }
        #expect(BinomialInterval.clopperPearson(0, of: 0) == Interval(0, 1))
    }

    @Test("Thresholds are stored for the rates that the pairs support, with their intervals")
    func thresholds() throws {
        let found = try calibration()
        #expect(found.impostorPairs == 3000 && found.genuinePairs == 700)
        #expect(found.thresholds.map(\.far) == [1e-2, 1e-3])
        for (threshold, expected) in zip(found.thresholds, golden.thresholds) {
            expect(threshold, expected)
            let tar = try #require(threshold.tar)
            let interval = try #require(threshold.tarInterval)
            #expect(abs(tar - expected.tar) < 1e-12)
            #expect(abs(interval[0] - expected.tarInterval[0]) < 1e-9)
            #expect(abs(interval[1] - expected.tarInterval[1]) < 1e-9)
        }
        // 3 errors are expected, and none is not improbable: the pairs give no upper end.
        #expect(found.thresholds[1].interval[1] == 1)
        #expect(found.threshold(atFAR: 1e-3) == found.thresholds[1])
        expect(try #require(found.threshold(atFAR: 4e-3)), golden.other)
        for rate in [1e-4, 0, 1, -1, .nan] { #expect(found.threshold(atFAR: rate) == nil) }
    }

    @Test("The fraction of impostors at a score or above is counted, ties and ends included")
    func shares() throws {
        let found = try calibration()
        for row in golden.shares {
            let share = found.impostorFraction(atLeast: row[0])
            #expect(abs(share.estimate - row[1]) < 1e-12, "\(row)")
            #expect(abs(share.interval[0] - row[2]) < 1e-9, "\(row)")
            #expect(abs(share.interval[1] - row[3]) < 1e-9, "\(row)")
        }
    }

    @Test(
        "Of a large set fewer scores are kept; thresholds stay exact, and intervals hold the exact ones"
    )
    func large() throws {
        let impostor = (1...40_000).map { sin(Double($0) * 0.7) * cos(Double($0) * 0.003) }
        let found = try ScoreCalibration(
            of: TemplateScores(genuine: golden.genuine, impostor: impostor), set: "large", views: 1)
        #expect(found.scores.count < 4500)
        #expect(found.thresholds.map(\.far) == [1e-2, 1e-3, 1e-4])
        for (threshold, expected) in zip(found.thresholds, golden.large.thresholds) {
            expect(threshold, expected)
        }
        for row in golden.large.shares {
            let share = found.impostorFraction(atLeast: row[0])
            #expect(abs(share.estimate - row[1]) < 0.01 * max(row[1], 0.01), "\(row)")
            #expect(share.interval[0] <= row[2] + 1e-9, "\(row)")
            #expect(share.interval[1] >= row[3] - 1e-9, "\(row)")
            #expect(share.interval[1] - share.interval[0] < row[3] - row[2] + 0.02, "\(row)")
        }
    }

    @Test("A calibration is read back as it was, and refused where it contradicts itself")
    func file() throws {
        let found = try calibration()
        let text = try found.json()
        #expect(try ScoreCalibration(json: text, path: "m") == found)
        let damages = [
            ("\"views\":2", "\"views\":3"), ("\"level\":0.95", "\"level\":1"),
            ("\"impostor_pairs\":3000", "\"impostor_pairs\":2999"),
            ("\"impostor_pairs\":3000", "\"impostor_pairs\":\"x\""),
            ("\"above\":[0,", "\"above\":[1,"), ("\"far\":0.01", "\"far\":0"),
            ("\"scores\":[", "\"scores\":[9,8,"), ("{", "["),
        ]
        for (old, new) in damages {
            let damaged = text.replacingOccurrences(of: old, with: new)
            #expect(damaged != text)
            do {
                _ = try ScoreCalibration(json: damaged, path: "m.safetensors")
                Issue.record("\(new) was taken")
            } catch {
                #expect("\(error)".hasPrefix("the thresholds in 'm.safetensors' cannot be used: "))
            }
        }
    }

    @Test("Too few pairs of two people give no threshold, in a sentence")
    func tooFew() {
        #expect(throws: FaceEvaluationError.noImpostors(set: "few", pairs: 99, needed: 100)) {
            try ScoreCalibration(
                of: TemplateScores(
                    genuine: [0.5], impostor: (0..<99).map { Double($0) / 100 }), set: "few",
                views: 1)
        }
        #expect(
            "\(FaceEvaluationError.noImpostors(set: "few", pairs: 99, needed: 100))"
                == "'few' has 99 pairs of different people, too few for a threshold: FAR 1e-2 alone takes "
                + "100; give a larger test set")
    }
}
