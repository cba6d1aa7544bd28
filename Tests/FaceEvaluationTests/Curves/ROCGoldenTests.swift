import FaceEvaluation
import Testing

@Suite struct ROCGoldenTests {
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
        let cases: [Case] = try #require(Fixture.read("roc"))
        #expect(cases.count == 5)
        for golden in cases {
            let curve = try ROCCurve(of: pairs(golden.same, golden.distance))
            #expect(curve.points.count == golden.far.count, "\(golden.name)")
            for (point, expected) in zip(curve.points, zip(golden.far, golden.tar)) {
                #expect(abs(point.far - expected.0) < 1e-12, "\(golden.name)")
                #expect(abs(point.tar - expected.1) < 1e-12, "\(golden.name)")
            }
            #expect(abs(curve.auc - golden.auc) < 1e-12, "\(golden.name)")
            for (rate, tar) in zip(golden.rates, golden.tarAtRates) {
                #expect(
                    abs(curve.tar(atFAR: rate) - tar) < 1e-12,
                    "\(golden.name) at \(rate)")
            }
        }
    }

    @Test func needsPairsOfBothKinds() {
        for same in [[], [true, true], [false]] {
            #expect(throws: FaceEvaluationError.self) {
                try ROCCurve(of: pairs(same, same.map { _ in 1 }))
            }
        }
    }

    private func pairs(_ same: [Bool], _ distance: [Float]) -> [ScoredPair] {
        zip(same, distance).map {
            ScoredPair(distance: $1, same: $0, fold: 0)
        }
    }
}
