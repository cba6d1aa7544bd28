import Spelling

/// Everything that can be wrong with the input of an evaluation.
public enum FaceEvaluationError: Error, Equatable, Sendable {
    /// A table's values do not fill its rows.
    case embeddingSizeMismatch(count: Int, dimension: Int, values: Int)
    /// Two tables that must describe the same images differ in shape.
    case embeddingTablesDiffer(count: Int, dimension: Int, otherCount: Int, otherDimension: Int)
    /// A protocol asks for fewer than one fold.
    case foldCountInvalid(Int)
    /// A rate that must lie in 0...1 does not.
    case invalidRate(name: String, value: Double)
    /// A file is no array of numbers in NumPy's format.
    case malformedArray(path: String, reason: String)
    /// A line of a published ROC file is not two rates.
    case malformedROCLine(line: Int, text: String)
    /// A quantity over embeddings was asked of none.
    case noEmbeddings
    /// A protocol was asked to evaluate no pairs.
    case noPairs
    /// A distance is negative, infinite or not a number.
    case notADistance(pair: Int, value: Float)
    /// An embedding holds an infinity or a NaN.
    case notFinite(row: Int, component: Int, value: Float)
    /// A curve needs pairs of both kinds and has only one.
    case oneKindOnly(same: Bool)
    /// A pair names an image the table does not have.
    case pairOutOfRange(pair: Int, image: Int, count: Int)
    /// Every fold needs a pair.
    case tooFewPairs(pairs: Int, folds: Int)
    /// A file of published ROC points has fewer than two.
    case tooFewROCPoints(Int)
    /// A threshold grid cannot be swept.
    case unusableGrid(start: Double, step: Double, count: Int)
    /// An embedding has no direction.
    case zeroEmbedding(row: Int)
}

extension FaceEvaluationError: CustomStringConvertible {
    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .embeddingSizeMismatch(let count, let dimension, let values):
            "\(counted(count, "embedding")) of \(counted(dimension, "number")) \(count == 1 ? "needs" : "need") \(count)x\(dimension) values "
                + "and at least one a row; \(values) were given."
        case .embeddingTablesDiffer(let count, let dimension, let otherCount, let otherDimension):
            "Two views of the same images must have the same shape, not \(count)x\(dimension) "
                + "and \(otherCount)x\(otherDimension)."
        case .foldCountInvalid(let folds):
            "A protocol needs at least one fold, not \(folds)."
        case .invalidRate(let name, let value):
            "\(name) must lie between 0 and 1; it is \(value)."
        case .malformedArray(let path, let reason):
            "'\(path)' cannot be read as a NumPy array: \(reason)."
        case .malformedROCLine(let line, let text):
            "Line \(line) of the ROC file must be a true and a false acceptance rate, "
                + "each between 0 and 1; it is \"\(text)\"."
        case .noEmbeddings:
            "There are no embeddings to average over."
        case .noPairs:
            "There are no pairs to evaluate; give the test set at least one."
        default: pairAndRowDescription
        }
    }

    private var pairAndRowDescription: String {
        switch self {
        case .notADistance(let pair, let value):
            "Pair \(pair) has the distance \(value), which is no squared distance; "
                + "check the embeddings of its images."
        case .notFinite(let row, let component, let value):
            "Embedding \(row) holds \(value) at component \(component); "
                + "the network's output is not finite, so its weights or its input are broken."
        case .oneKindOnly(let same):
            "All pairs show \(same ? "the same person" : "different people"); "
                + "an ROC curve needs pairs of both kinds."
        case .pairOutOfRange(let pair, let image, let count):
            "Pair \(pair) names image \(image), but there are embeddings of \(counted(count, "image")) "
                + "only."
        case .tooFewPairs(let pairs, let folds):
            "\(counted(pairs, "pair")) cannot fill \(counted(folds, "fold")); give every fold a pair or ask for fewer."
        case .tooFewROCPoints(let points):
            "A ROC file needs at least two points; this one has \(points)."
        case .unusableGrid(let start, let step, let count):
            "A threshold grid needs a finite start, a step above 0 and 1 to 1000000 thresholds, "
                + "not start \(start), step \(step), count \(count)."
        case .zeroEmbedding(let row):
            "Embedding \(row) is all zeros and has no direction; "
                + "the network's output has collapsed."
        default: ""
        }
    }
}
