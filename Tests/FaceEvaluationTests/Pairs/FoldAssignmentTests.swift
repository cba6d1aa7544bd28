import FaceEvaluation
import Testing

@Suite struct FoldAssignmentTests {
    private func pairs(folds: [Int]) -> [ScoredPair] {
        folds.map { ScoredPair(distance: 1, same: true, fold: $0) }
    }

    @Test func contiguousFoldsHaveTheSizesOfKFold() throws {
        // [len(test) for _, test in sklearn.model_selection.KFold(k).split(range(n))]
        let table = [
            (10, 3, [4, 3, 3]), (11, 3, [4, 4, 3]), (3, 3, [1, 1, 1]), (5, 1, [5]),
            (6000, 10, [Int](repeating: 600, count: 10)),
        ]
        for (count, folds, sizes) in table {
            let labels = [Int](repeating: 99, count: count)
            let result = try FoldAssignment.contiguous(folds).folds(of: pairs(folds: labels))
            #expect(result == sizes.indices.flatMap { repeatElement($0, count: sizes[$0]) })
        }
    }

    @Test func labelledFoldsAreNumberedWithoutGaps() throws {
        let result = try FoldAssignment.labelled.folds(of: pairs(folds: [7, 3, 3, -1, 7]))
        #expect(result == [2, 1, 1, 0, 2])
    }

    @Test func everyFoldNeedsAPair() {
        let two = pairs(folds: [0, 1])
        #expect(throws: FaceEvaluationError.tooFewPairs(pairs: 2, folds: 3)) {
            try FoldAssignment.contiguous(3).folds(of: two)
        }
        #expect(throws: FaceEvaluationError.foldCountInvalid(0)) {
            try FoldAssignment.contiguous(0).folds(of: two)
        }
        #expect(throws: FaceEvaluationError.noPairs) {
            try FoldAssignment.labelled.folds(of: [ScoredPair]())
        }
    }
}
