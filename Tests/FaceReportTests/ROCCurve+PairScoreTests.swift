import FaceEvaluation
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ROCCurvePairScoreTests {
    struct Case: Decodable {
        var name: String
        var same: [Bool]
        var distance: [Float]
        var far: [Double]
        var tar: [Double]
        var auc: Double
        var rates: [Double]
        var tarAtRates: [Double]
    }

    @Test func agreesWithAnotherImplementation() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/roc.json", withExtension: nil))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        #expect(cases.count == 5)
        for golden in cases {
            let curve = try ROCCurve(pairs(golden.same, golden.distance))
            #expect(curve.points.count == golden.far.count, "\(golden.name)")
            for (point, expected) in zip(curve.points, zip(golden.far, golden.tar)) {
                #expect(abs(point.far - expected.0) < 1e-12, "\(golden.name)")
                #expect(abs(point.tar - expected.1) < 1e-12, "\(golden.name)")
            }
            #expect(abs(curve.auc - golden.auc) < 1e-12, "\(golden.name)")
            for (rate, tar) in zip(golden.rates, golden.tarAtRates) {
                #expect(
                    abs(curve.trueAcceptance(atFalseAcceptance: rate) - tar) < 1e-12,
                    "\(golden.name) at \(rate)")
            }
        }
    }

    @Test func needsPairsOfBothKinds() {
        for same in [[], [true, true], [false]] {
            #expect(throws: FaceEvaluationError.self) {
                try ROCCurve(pairs(same, same.map { _ in 1 }))
            }
        }
    }

    private func pairs(_ same: [Bool], _ distance: [Float]) -> [PairScore] {
        zip(same, distance).map {
            PairScore(fold: 0, same: $0, distance: $1, first: "", second: "")
        }
    }
}
