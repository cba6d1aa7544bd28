import FaceEvaluation
import Foundation
import Testing

@Suite struct ROCCurveTests {
    @Test(arguments: GoldenCase.all.filter { $0.curve != nil })
    func agreesWithTheReference(golden: GoldenCase) throws {
        let reference = try #require(golden.curve)
        let curve = try ROCCurve(of: golden.pairs)
        #expect(curve.points.map(\.far) == reference.far)
        #expect(curve.points.map(\.tar) == reference.tar)
        #expect(isClose(curve.auc, reference.auc))
        #expect(curve.bestAccuracy.accuracy == reference.bestAccuracy)
        #expect(isClose(curve.equalErrorRate, reference.eer, within: 1e-9))
        for rate in reference.tarAtFAR {
            #expect(try curve.operatingPoint(atFAR: rate.rate).tar == rate.tar)
        }
    }

    @Test(arguments: GoldenCase.all.filter { $0.curve != nil })
    func thresholdsHaveTheRatesTheyClaim(golden: GoldenCase) throws {
        let curve = try ROCCurve(of: golden.pairs)
        for point in curve.points {
            let accepted = golden.pairs.filter { Double($0.distance) < point.threshold }
            let positives = accepted.count(where: \.same)
            #expect(point.tar == Double(positives) / Double(curve.positives))
            #expect(
                point.far == Double(accepted.count - positives) / Double(curve.negatives))
        }
        let best = curve.bestAccuracy
        let correct = golden.pairs.count { (Double($0.distance) < best.threshold) == $0.same }
        #expect(best.accuracy == Double(correct) / Double(golden.pairs.count))
    }

    @Test func equalErrorRateIsWhereTheErrorsCross() throws {
        // Hand-made: distance, same. The curve runs (0,0) (0,1/2) (1/2,1/2) (1/2,1) (1,1).
        #expect(try equalErrorRate([(1, true), (2, false), (3, true), (4, false)]) == 0.5)
        // One tie: a straight line from (0,0) to (1,1).
        #expect(try equalErrorRate([(1, true), (1, false)]) == 0.5)
        // (0,0) (0,3/4) (1,1): 1 - x = 3/4 + x/4 at x = 1/5.
        let bent = try equalErrorRate([(1, true), (1, true), (1, true), (2, true), (2, false)])
        #expect(isClose(bent, 0.2))
        #expect(try equalErrorRate([(1, true), (2, false)]) == 0)
        #expect(try equalErrorRate([(2, true), (1, false)]) == 1)
    }

    private func equalErrorRate(_ pairs: [(Float, Bool)]) throws -> Double {
        let pairs = pairs.map { ScoredPair(distance: $0.0, same: $0.1, fold: 0) }
        return try ROCCurve(of: pairs).equalErrorRate
    }

    @Test func areaIsTheChanceOfTheRightOrder() throws {
        var generator = SplitMix64(seed: 11)
        let pairs = generator.pairs(count: 120, lattice: 0.2)
        var twice = 0
        for positive in pairs where positive.same {
            for negative in pairs where !negative.same {
                if positive.distance < negative.distance { twice += 2 }
                if positive.distance == negative.distance { twice += 1 }
            }
        }
        let curve = try ROCCurve(of: pairs)
        #expect(isClose(curve.auc, Double(twice) / Double(2 * curve.positives * curve.negatives)))
    }

    @Test func exchangingTheLabelsMirrorsTheCurve() throws {
        var generator = SplitMix64(seed: 13)
        let pairs = generator.pairs(count: 90, lattice: 0.1)
        let exchanged = pairs.map {
            ScoredPair(distance: $0.distance, same: !$0.same, fold: 0)
        }
        let sum = try ROCCurve(of: pairs).auc + ROCCurve(of: exchanged).auc
        #expect(isClose(sum, 1))
    }

    @Test func ratesAreSupportedByTwentyAndOneOverFARNegatives() throws {
        func isSupported(negatives: Int, rate: Double) throws -> Bool {
            let pairs = (0...negatives).map { ScoredPair(distance: 1, same: $0 == 0, fold: 0) }
            return try ROCCurve(of: pairs).operatingPoint(atFAR: rate).isSupported
        }
        #expect(try !isSupported(negatives: 19, rate: 0.5))
        #expect(try isSupported(negatives: 20, rate: 0.5))
        #expect(try !isSupported(negatives: 999, rate: 1e-3))
        #expect(try isSupported(negatives: 1000, rate: 1e-3))
        #expect(try !isSupported(negatives: 1000, rate: 0))
    }

    @Test func ratesSayHowManyNegativesTheyTake() throws {
        let curve = try ROCCurve(of: GoldenCase.all[0].pairs)
        let needed = try [0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 3e-3].map {
            try curve.operatingPoint(atFAR: $0).negativesNeeded
        }
        #expect(needed == [20, 20, 100, 1000, 10_000, 100_000, 1_000_000, 334])
        #expect(try curve.operatingPoint(atFAR: 0).negativesNeeded == nil)
    }

    @Test func onlyRatesCanBeAskedFor() throws {
        let curve = try ROCCurve(of: GoldenCase.all[0].pairs)
        for rate in [-0.1, 1.1, .infinity] {
            #expect(throws: FaceEvaluationError.invalidRate(name: "the FAR", value: rate)) {
                try curve.operatingPoint(atFAR: rate)
            }
        }
    }

    @Test func pairsOfOneKindHaveNoCurve() {
        for same in [true, false] {
            let pairs = [Float(1), 2].map { ScoredPair(distance: $0, same: same, fold: 0) }
            #expect(throws: FaceEvaluationError.oneKindOnly(same: same)) {
                try ROCCurve(of: pairs)
            }
        }
        #expect(throws: FaceEvaluationError.noPairs) { try ROCCurve(of: []) }
    }

    @Test(arguments: [2, 3, 10, 50, 1000])
    func thinningKeepsEndsAndNumbers(limit: Int) throws {
        var generator = SplitMix64(seed: 17)
        let curve = try ROCCurve(of: generator.pairs(count: 3000, lattice: 0.0005))
        let thin = curve.thinned(to: limit)
        #expect(thin.points.count <= max(limit, 2))
        #expect(thin.points.first == curve.points.first)
        #expect(thin.points.last == curve.points.last)
        #expect(Set(thin.points).isSubset(of: curve.points))
        #expect(thin.points.map(\.threshold) == thin.points.map(\.threshold).sorted())
        #expect(thin.auc == curve.auc)
        #expect(thin.equalErrorRate == curve.equalErrorRate)
    }

    @Test func aDamagedFileDoesNoHarm() throws {
        let json = #"{"positives":1,"negatives":1,"auc":1,"equalErrorRate":0,"points":[]}"#
        let curve = try JSONDecoder().decode(ROCCurve.self, from: Data(json.utf8))
        #expect(curve.bestAccuracy.accuracy == 0.5)
        #expect(try curve.operatingPoint(atFAR: 0.5).tar == 0)
        #expect(curve.thinned(to: 5).points.isEmpty)
    }

    @Test func thinningAnUncrowdedCurveLosesNoArea() throws {
        for golden in GoldenCase.all where golden.curve != nil {
            let curve = try ROCCurve(of: golden.pairs).thinned(to: .max)
            let area = zip(curve.points, curve.points.dropFirst()).reduce(0) {
                $0 + ($1.1.far - $1.0.far) * ($1.0.tar + $1.1.tar) / 2
            }
            #expect(isClose(area, curve.auc))
        }
    }
}
