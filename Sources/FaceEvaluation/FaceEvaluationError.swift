import Spelling

/// Errors in the input of an evaluation.
public enum FaceEvaluationError: Error, Equatable, Sendable {
    /// A cohort of other people is too small to have a spread.
    case cohortTooSmall(count: Int)
    /// The number of embeddings differs from the number of images.
    case embeddingCount(images: Int, rows: Int)
    /// The number of a table's values does not match its shape.
    case embeddingSizeMismatch(count: Int, dimension: Int, values: Int)
    /// Two tables that must describe the same images differ in shape.
    case embeddingTablesDiffer(count: Int, dimension: Int, otherCount: Int, otherDimension: Int)
    /// A template has no image.
    case emptyTemplate(name: String)
    /// A protocol asks for fewer than one fold.
    case foldCountInvalid(Int)
    /// A rate is outside 0...1.
    case invalidRate(name: String, value: Double)
    /// A file is not a numeric array in NumPy's format.
    case malformedArray(path: String, reason: String)
    /// Stored thresholds are malformed.
    case malformedCalibration(path: String, reason: String)
    /// A line of a published ROC file is not two rates.
    case malformedROCLine(line: Int, text: String)
    /// A quantity of an empty set of embeddings was requested.
    case noEmbeddings
    /// A test set has too few pairs of two people for a threshold.
    case noImpostors(set: String, pairs: Int, needed: Int)
    /// A protocol was given no pairs.
    case noPairs
    /// A distance is negative, infinite or not a number.
    case notADistance(pair: Int, value: Float)
    /// An embedding contains an infinity or a NaN.
    case notFinite(row: Int, component: Int, value: Float)
    /// A curve needs pairs of both kinds and was given only one kind.
    case oneKindOnly(same: Bool)
    /// A pair refers to an image that the table does not have.
    case pairOutOfRange(pair: Int, image: Int, count: Int)
    /// A score is not a number.
    case scoreNotFinite(pair: Int)
    /// There are fewer pairs than folds.
    case tooFewPairs(pairs: Int, folds: Int)
    /// A file of published ROC points has fewer than two.
    case tooFewROCPoints(Int)
    /// A threshold grid is empty, infinite or too large.
    case unusableGrid(start: Double, step: Double, count: Int)
    /// An embedding has no direction.
    case zeroEmbedding(row: Int)
    /// The embeddings of a template sum to zero.
    case zeroTemplate(name: String)
}

extension FaceEvaluationError: CustomStringConvertible {
    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .embeddingSizeMismatch(let count, let dimension, let values):
            "\(counted(count, "embedding")) of dimension \(dimension) \(count == 1 ? "needs" : "need") "
                + "\(count)x\(dimension) values and at least one per row, but \(values) "
                + "\(values == 1 ? "was" : "were") given"
        case .embeddingTablesDiffer(let count, let dimension, let otherCount, let otherDimension):
            "two views of the same images must have the same shape, not \(count)x\(dimension) "
                + "and \(otherCount)x\(otherDimension)"
        case .foldCountInvalid(let folds):
            "a protocol needs at least one fold, not \(folds)"
        case .invalidRate(let name, let value):
            "\(name) is \(value) but must be between 0 and 1"
        case .malformedArray(let path, let reason):
            "cannot read \(quoted: path) as a NumPy array: \(reason)"
        case .malformedCalibration(let path, let reason):
            "the thresholds in \(quoted: path) cannot be used: \(reason); measure them again with "
                + "facet evaluate "
                + "--save-thresholds"
        case .malformedROCLine(let line, let text):
            "line \(line) of the ROC file must be a true and a false acceptance rate, "
                + "each between 0 and 1, not \(quoted: text)"
        case .noEmbeddings:
            "there are no embeddings to average"
        case .noImpostors(let set, let pairs, let needed):
            "\(quoted: set) has \(counted(pairs, "pair")) of different people, too few for a "
                + "threshold: FAR 1e-2 "
                + "alone takes \(grouped(needed)); give a larger test set"
        case .noPairs:
            "there are no pairs to evaluate; the test set needs at least one"
        case .cohortTooSmall(let count):
            "score normalisation needs a cohort of at least two templates of other people, not \(count)"
        case .embeddingCount(let images, let rows):
            "there are embeddings of \(counted(rows, "image")), but the set has \(grouped(images)); "
                + "give one row per image"
        case .emptyTemplate(let name):
            "the template \(quoted: name) has no image; remove it from the lists"
        default: pairAndRowDescription
        }
    }

    private var pairAndRowDescription: String {
        switch self {
        case .notADistance(let pair, let value):
            "pair \(pair) has the distance \(value), which is not a squared distance; "
                + "check the embeddings of its images"
        case .notFinite(let row, let component, let value):
            "embedding \(row) is \(value) at component \(component); "
                + "the network's output is NaN or infinite, so check its weights and its input"
        case .oneKindOnly(let same):
            "all pairs show \(same ? "the same person" : "different people"); "
                + "an ROC curve needs pairs of both kinds"
        case .pairOutOfRange(let pair, let image, let count):
            "pair \(pair) refers to image \(image), but there are embeddings of only "
                + counted(count, "image")
        case .tooFewPairs(let pairs, let folds):
            "\(counted(pairs, "pair")) cannot fill \(counted(folds, "fold")); use fewer folds or more "
                + "pairs"
        case .tooFewROCPoints(let points):
            "an ROC file needs at least two points, but this one has \(points)"
        case .unusableGrid(let start, let step, let count):
            "a threshold grid needs a finite start, a step above 0 and 1 to 1000000 thresholds, "
                + "not start \(start), step \(step), count \(count)"
        case .scoreNotFinite(let pair):
            "score \(pair) is not a finite number; check the embeddings"
        case .zeroTemplate(let name):
            "the embeddings of the template \(quoted: name) add up to zero, which has no direction; "
                + "check its images and the detector's confidences"
        case .zeroEmbedding(let row):
            "embedding \(row) is zero and has no direction; "
                + "the network's output has collapsed"
        default: ""
        }
    }
}
