import FaceEvaluation
import Testing

@Suite struct EmbeddingTableTests {
    @Test func normalisesEveryRow() throws {
        let table = try EmbeddingTable(count: 2, dimension: 2, values: [3, 4, 0, -0.5])
        #expect(try table.normalized().values == [0.6, 0.8, 0, -1])
        #expect(try table.norms() == [5, 0.5])
        #expect(Array(table[1]) == [0, -0.5])
    }

    @Test func normalisingTwiceChangesNothing() throws {
        var generator = SplitMix64(seed: 1)
        let table = try generator.table(count: 20, dimension: 7)
        let once = try table.normalized()
        let twice = try once.normalized()
        for (first, second) in zip(once.values, twice.values) {
            #expect(abs(first - second) < 1e-7)
        }
        #expect(abs(try EmbeddingTable.meanNorm(of: [once]) - 1) < 1e-6)
    }

    @Test func viewsAreAddedBeforeNormalising() throws {
        let original = try EmbeddingTable(count: 1, dimension: 2, values: [30, 0])
        let mirrored = try EmbeddingTable(count: 1, dimension: 2, values: [0, 40])
        #expect(try original.normalizedSum(with: mirrored).values == [0.6, 0.8])
    }

    @Test func longAndShortRowsKeepTheirDirection() throws {
        let huge = Float(1e38)
        let tiny = Float.leastNonzeroMagnitude
        let table = try EmbeddingTable(count: 2, dimension: 1, values: [huge, -tiny])
        #expect(try table.normalized().values == [1, -1])
        #expect(try table.normalizedSum(with: table).values == [1, -1])
    }

    @Test func meanNormIsOverAllRowsOfAllTables() throws {
        let original = try EmbeddingTable(count: 2, dimension: 2, values: [3, 4, 6, 8])
        let mirrored = try EmbeddingTable(count: 1, dimension: 1, values: [-3])
        #expect(try EmbeddingTable.meanNorm(of: [original, mirrored]) == 6)
        #expect(throws: FaceEvaluationError.noEmbeddings) {
            try EmbeddingTable.meanNorm(of: [EmbeddingTable(count: 0, dimension: 4, values: [])])
        }
    }

    @Test func rowsWithoutDirectionAreNamed() throws {
        let zero = try EmbeddingTable(count: 2, dimension: 2, values: [1, 0, 0, 0])
        #expect(throws: FaceEvaluationError.zeroEmbedding(row: 1)) { try zero.normalized() }
        let opposite = try EmbeddingTable(count: 1, dimension: 2, values: [1, 2])
        let negated = try EmbeddingTable(count: 1, dimension: 2, values: [-1, -2])
        #expect(throws: FaceEvaluationError.zeroEmbedding(row: 0)) {
            try opposite.normalizedSum(with: negated)
        }
        let broken = try EmbeddingTable(count: 2, dimension: 2, values: [1, 0, 5, .infinity])
        let error = FaceEvaluationError.notFinite(row: 1, component: 1, value: .infinity)
        #expect(throws: error) { try broken.normalized() }
        #expect(throws: error) { try broken.norms() }
    }

    @Test func shapesMustFit() {
        for (count, dimension) in [(2, 3), (-1, -5), (5, 0), (Int.max, 2)] {
            #expect(
                throws: FaceEvaluationError.embeddingSizeMismatch(
                    count: count, dimension: dimension, values: 5)
            ) {
                try EmbeddingTable(count: count, dimension: dimension, values: [1, 2, 3, 4, 5])
            }
        }
    }

    @Test func viewsMustHaveOneShape() throws {
        let left = try EmbeddingTable(count: 1, dimension: 2, values: [1, 2])
        let right = try EmbeddingTable(count: 2, dimension: 1, values: [1, 2])
        #expect(
            throws: FaceEvaluationError.embeddingTablesDiffer(
                count: 1, dimension: 2, otherCount: 2, otherDimension: 1)
        ) { try left.normalizedSum(with: right) }
    }
}
