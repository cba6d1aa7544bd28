import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ROCCurveTests {
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
            let curve = try #require(
                ROCCurve(pairs(golden.same, golden.distance)), "\(golden.name)")
            #expect(curve.points.count == golden.far.count, "\(golden.name)")
            for (point, expected) in zip(curve.points, zip(golden.far, golden.tar)) {
                #expect(abs(point.falseAcceptance - expected.0) < 1e-12, "\(golden.name)")
                #expect(abs(point.trueAcceptance - expected.1) < 1e-12, "\(golden.name)")
            }
            #expect(abs(curve.area - golden.auc) < 1e-12, "\(golden.name)")
            for (rate, tar) in zip(golden.rates, golden.tarAtRates) {
                #expect(
                    abs(curve.trueAcceptance(atFalseAcceptance: rate) - tar) < 1e-12,
                    "\(golden.name) at \(rate)")
            }
        }
    }

    @Test func needsPairsOfBothKinds() {
        #expect(ROCCurve([]) == nil)
        #expect(ROCCurve(pairs([true, true], [1, 2])) == nil)
        #expect(ROCCurve(pairs([false], [1])) == nil)
    }

    private func pairs(_ same: [Bool], _ distance: [Float]) -> [PairScore] {
        zip(same, distance).map {
            PairScore(fold: 0, same: $0, distance: $1, first: "", second: "")
        }
    }
}
