import FaceData
import FaceEvaluation
import Testing

@Suite struct VerificationProtocolTests {
    @Test func goldenCasesAreThere() {
        #expect(SystemsGolden.cases.count == 6)
        #expect(
            SystemsGolden.cases.allSatisfy { $0.systems.count == VerificationProtocol.all.count })
    }

    /// Every system, spelled out in NumPy the way it does it, decides every fold the same.
    @Test(arguments: SystemsGolden.cases)
    func agreesWithEverySystem(golden: SystemsGolden.Case) throws {
        let comparison = try ProtocolComparison(
            golden.views(), pairs: golden.pairs, folds: .contiguous(golden.folds))
        #expect(comparison.results.map(\.name) == VerificationProtocol.all.map(\.name))
        for result in comparison.results {
            let reference = try #require(golden.systems[result.name])
            let name = result.name
            #expect(result.folds.map(\.accuracy) == reference.accuracies, "\(name)")
            #expect(isClose(result.accuracy, reference.accuracy), "\(name)")
            for (fold, threshold) in zip(result.folds, reference.thresholds) {
                #expect(isClose(fold.threshold, threshold, within: 1e-9), "\(name)")
            }
            let isReported = result.spreadKind != .none
            #expect(!isReported || isClose(result.spread, reference.spread), "\(name)")
        }
    }

    /// AdaFace's sum of unit vectors weighted with their norms is insightface's raw sum.
    @Test(arguments: SystemsGolden.cases)
    func adaFaceIsInsightFace(golden: SystemsGolden.Case) throws {
        let results = try [VerificationProtocol.insightFace, .adaFace].map {
            try #require(
                try $0.evaluate(
                    golden.views(), pairs: golden.pairs, folds: .contiguous(golden.folds)))
        }
        #expect(results[0].folds == results[1].folds)
    }

    /// A mean cancels in a difference, so only protocols that score by the angle see it.
    @Test func turningAllEmbeddingsChangesNothing() throws {
        let golden = SystemsGolden.cases[0]
        let views = try golden.views()
        func turned(_ table: EmbeddingTable) throws -> EmbeddingTable {
            // An exchange of components with a change of sign is a rotation without rounding.
            let values = (0..<table.count).flatMap { row -> [Float] in
                let row = Array(table[row])
                return [-row[1], row[0]] + row.dropFirst(2)
            }
            return try EmbeddingTable(
                count: table.count, dimension: table.dimension, values: values)
        }
        let other = try EmbeddingViews(
            original: turned(views.original), mirrored: views.mirrored.map(turned))
        let results = try [views, other].map {
            try ProtocolComparison($0, pairs: golden.pairs).results.map(\.accuracy)
        }
        #expect(results[0] == results[1])
    }

    /// The optimistic protocols are never below the same score evaluated with a threshold from
    /// elsewhere.
    @Test(arguments: SystemsGolden.cases)
    func optimismNeverCosts(golden: SystemsGolden.Case) throws {
        let views = try golden.views()
        let open = try #require(
            try VerificationProtocol.openSphere.evaluate(views, pairs: golden.pairs))
        let keras = try #require(
            try VerificationProtocol.kerasInsightFace.evaluate(views, pairs: golden.pairs))
        let ada = try #require(
            try VerificationProtocol.adaFace.evaluate(
                views, pairs: golden.pairs, folds: .contiguous(golden.folds)))
        let correct = ada.folds.reduce(0) { $0 + $1.accuracy * Double($1.pairs) }
        #expect(open.isOptimistic && keras.isOptimistic && !ada.isOptimistic)
        #expect(open.accuracy >= keras.accuracy)
        #expect(open.accuracy >= correct / Double(golden.pairs.count) - 1e-12)
    }

    @Test func onePairKindLeavesOutWhatNeedsBoth() throws {
        let golden = SystemsGolden.cases[0]
        let pairs = golden.pairs.filter(\.same)
        let names = try ProtocolComparison(golden.views(), pairs: pairs).results.map(\.name)
        #expect(!names.contains("facex-zoo"))
        #expect(!names.contains("opensphere"))
        #expect(!names.contains("keras-insightface"))
        #expect(names.contains("insightface"))
    }

    @Test func everyProtocolSaysWhyItDiffers() {
        for rule in VerificationProtocol.all {
            #expect(rule.difference.hasSuffix("."), "\(rule.name)")
            #expect(!rule.difference.contains("\n"))
            #expect(VerificationProtocol.named(rule.name) == rule)
        }
        #expect(Set(VerificationProtocol.all.map(\.title)).count == VerificationProtocol.all.count)
        #expect(VerificationProtocol.named("nobody") == nil)
    }

    @Test func badInputIsNamed() throws {
        let table = try EmbeddingTable(count: 2, dimension: 2, values: [1, 0, 0, 0])
        let views = try EmbeddingViews(original: table)
        let pair = VerificationPair(first: 0, second: 1, same: true, fold: 0)
        let outside = VerificationPair(first: 0, second: 2, same: true, fold: 0)
        for rule in VerificationProtocol.all {
            #expect(throws: FaceEvaluationError.zeroEmbedding(row: 1)) {
                try rule.evaluate(views, pairs: [pair], folds: .contiguous(1))
            }
            #expect(throws: FaceEvaluationError.noPairs) { try rule.evaluate(views, pairs: []) }
        }
        let facenet = VerificationProtocol.faceNet
        #expect(throws: FaceEvaluationError.pairOutOfRange(pair: 0, image: 2, count: 2)) {
            try facenet.evaluate(views, pairs: [outside], folds: .contiguous(1))
        }
        #expect(throws: FaceEvaluationError.tooFewPairs(pairs: 1, folds: 10)) {
            try facenet.evaluate(views, pairs: [pair])
        }
        let broken = try EmbeddingTable(count: 1, dimension: 2, values: [1, .nan])
        #expect(throws: FaceEvaluationError.self) {
            try ProtocolComparison(EmbeddingViews(original: broken), pairs: [pair])
        }
        let other = try EmbeddingTable(count: 1, dimension: 2, values: [1, 0])
        #expect(throws: FaceEvaluationError.self) {
            try EmbeddingViews(original: table, mirrored: other)
        }
    }
}
