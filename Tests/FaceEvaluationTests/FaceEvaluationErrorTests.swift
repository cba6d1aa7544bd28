import FaceEvaluation
import Testing

@Suite struct FaceEvaluationErrorTests {
    static let table: [(FaceEvaluationError, String)] = [
        (
            .embeddingSizeMismatch(count: 2, dimension: 3, values: 5),
            "2 embeddings of dimension 3 need 2x3 values and at least one per row, but 5 were given"
        ),
        (
            .embeddingTablesDiffer(count: 1, dimension: 2, otherCount: 3, otherDimension: 4),
            "two views of the same images must have the same shape, not 1x2 and 3x4"
        ),
        (
            .embeddingSizeMismatch(count: 1, dimension: 1, values: 0),
            "1 embedding of dimension 1 needs 1x1 values and at least one per row, but 0 were given"
        ),
        (
            .pairOutOfRange(pair: 0, image: 1, count: 1),
            "pair 0 refers to image 1, but there are embeddings of only 1 image"
        ),
        (.foldCountInvalid(0), "a protocol needs at least one fold, not 0"),
        (.noEmbeddings, "there are no embeddings to average"),
        (
            .malformedROCLine(line: 3, text: "a b"),
            "line 3 of the ROC file must be a true and a false acceptance rate, "
                + "each between 0 and 1, not 'a b'"
        ),
        (
            .notFinite(row: 7, component: 5, value: .nan),
            "embedding 7 is nan at component 5; the network's output is NaN or infinite, "
                + "so check its weights and its input"
        ),
        (
            .oneKindOnly(same: true),
            "all pairs show the same person; an ROC curve needs pairs of both kinds"
        ),
        (
            .pairOutOfRange(pair: 2, image: 9, count: 4),
            "pair 2 refers to image 9, but there are embeddings of only 4 images"
        ),
        (.tooFewROCPoints(1), "an ROC file needs at least two points, but this one has 1"),
        (
            .unusableGrid(start: 0, step: 0, count: 3),
            "a threshold grid needs a finite start, a step above 0 and 1 to 1000000 thresholds, "
                + "not start 0.0, step 0.0, count 3"
        ),
        (
            .zeroEmbedding(row: 4),
            "embedding 4 is zero and has no direction; the network's output has collapsed"
        ),
    ]

    @Test(arguments: table)
    func saysWhatIsWrong(error: FaceEvaluationError, message: String) {
        #expect(error.description == message)
    }
}
