/// Translates tensor names of insightface's MXNet networks to those of its PyTorch networks.
///
/// The residual networks of `arcface_mxnet` (`fresnet.py` with blocks of version 3 and embeddings of
/// version E: LResNet18E-IR to LResNet200E-IR) are layer by layer those of `arcface_torch`; only names and
/// the epsilon of normalisations differ.
enum MXNetNames {
    /// A tensor's name in PyTorch, and the number to add to its values; nil if the PyTorch network
    /// does not have it.
    struct Translation: Equatable {
        let name: String
        var addition = 0.0
    }

    /// MXNet's normalisations add 2e-5 to the variance, PyTorch's 1e-5. The difference is added to the
    /// variance, so that the embeddings are the same.
    static let epsilonDifference = 2e-5 - 1e-5

    /// Names of the parts of a block, and of the parts outside the blocks.
    private static let blockParts = [
        "bn1": "bn1", "conv1": "conv1", "bn2": "bn2", "relu1": "prelu", "conv2": "conv2",
        "bn3": "bn3", "conv1sc": "downsample.0", "sc": "downsample.1",
    ]
    private static let otherParts = [
        "conv0": "conv1", "bn0": "bn1", "relu0": "prelu", "bn1": "bn2", "pre_fc1": "fc",
        "fc1": "features",
    ]
    private static let ends = [
        "weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias",
        "moving_mean": "running_mean", "moving_var": "running_var",
    ]

    /// `stage1_unit2_bn1_moving_var` is `layer1.1.bn1.running_var`.
    static func translation(of name: String) -> Translation? {
        guard let (part, end) = split(name), let last = ends[end] else { return nil }
        let addition = end == "moving_var" ? epsilonDifference : 0
        if let other = otherParts[part] {
            return Translation(name: "\(other).\(last)", addition: addition)
        }
        let words = part.split(separator: "_", omittingEmptySubsequences: false)
        guard words.count == 3, let stage = number(words[0], after: "stage"),
            let unit = number(words[1], after: "unit"), let inner = blockParts[String(words[2])]
        else { return nil }
        return Translation(
            name: "layer\(stage).\(unit - 1).\(inner).\(last)", addition: addition)
    }

    /// Whether a tensor contains class weights, which are not part of a PyTorch network.
    static func isOfClasses(_ name: String) -> Bool { name.hasPrefix("fc7_") }

    private static func split(_ name: String) -> (part: String, end: String)? {
        ends.keys.first { name.hasSuffix("_\($0)") }.map {
            (String(name.dropLast($0.count + 1)), $0)
        }
    }

    private static func number(_ word: Substring, after start: String) -> Int? {
        guard word.hasPrefix(start), let number = Int(word.dropFirst(start.count)),
            (1...1000).contains(number)
        else { return nil }
        return number
    }
}
