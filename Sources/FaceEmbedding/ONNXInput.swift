import FaceModels
import ONNX
import OpenVINO
import Spelling

/// The image input of an ONNX network, according to its file.
struct ONNXInput {
    let name: String
    /// Type of its elements.
    let type: OpenVINONetwork.InputType
    /// The only batch size that the network takes; nil for any.
    let batch: Int?
    /// The only height and width that the network takes; nil for any.
    let size: (height: Int, width: Int)?
    /// Whether images are `[n, h, w, 3]`.
    let isChannelsLast: Bool

    /// Inspects a network.
    ///
    /// - Throws: ``FaceEmbeddingError/unfitNetwork(path:reason:)``.
    init(of file: NetworkDescription) throws(FaceEmbeddingError) {
        func unfit(_ reason: String) -> FaceEmbeddingError {
            .unfitNetwork(path: file.path, reason: reason)
        }
        guard let input = file.inputs.first, file.inputs.count == 1 else {
            let names = file.inputs.map { "\(quoted: $0.name)" }.joined(separator: ", ")
            throw unfit(
                file.inputs.isEmpty
                    ? "it has no input" : "it has \(file.inputs.count) inputs (\(names))")
        }
        guard let type = Self.types[input.type] else {
            throw unfit("its input \(quoted: input.name) is not of floating-point numbers or bytes")
        }
        let shape = input.shape ?? [nil, 3, nil, nil]
        let text = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
        guard shape.count == 4 else { throw unfit("its input has the shape [\(text)]") }
        isChannelsLast = shape[3] == 3 && shape[1] != 3
        guard isChannelsLast || (shape[1] ?? 3) == 3 else {
            throw unfit("its input has the shape [\(text)]")
        }
        name = input.name
        self.type = type
        batch = shape[0]
        let sides = isChannelsLast ? [shape[1], shape[2]] : [shape[2], shape[3]]
        size = sides[0].flatMap { height in sides[1].map { (height, $0) } }
    }

    private static let types: [Int: OpenVINONetwork.InputType] = [
        ONNXElementType.float16.rawValue: .float16, ONNXElementType.float32.rawValue: .float32,
        ONNXElementType.float64.rawValue: .float64, ONNXElementType.uint8.rawValue: .uint8,
    ]

    /// The input shape for a batch of images of a size; nil stands for a batch of any size.
    func shape(side: Int, batch: Int?) -> [Int?] {
        isChannelsLast ? [batch, side, side, 3] : [batch, 3, side, side]
    }
}

/// The preparation of a network's input, and how it was determined.
struct ONNXPreparation {
    /// How bytes become the network's input.
    let preparation: InputPreparation
    /// How it was determined, as the end of a sentence.
    let reason: String
    /// Whether the file or the user states it, so that nothing is guessed.
    let isCertain: Bool

    /// Determined by the request, the file's metadata, the graph's first operations, or convention, in this
    /// order.
    init(of file: NetworkDescription, _ input: ONNXInput, _ requested: RequestedInput) {
        let found = Self.found(file, input)
        preparation = requested.applied(to: found.preparation)
        let isWhole =
            requested.colourOrder != nil && requested.mean != nil
            && requested.standardDeviation != nil
        isCertain = isWhole || found.isCertain
        reason =
            requested.isEmpty
            ? found.reason : isWhole ? "as asked for" : "as asked for, and else \(found.reason)"
    }

    private init(_ preparation: InputPreparation, _ reason: String, isCertain: Bool = false) {
        self.preparation = preparation
        self.reason = reason
        self.isCertain = isCertain
    }

    private static func found(_ file: NetworkDescription, _ input: ONNXInput) -> ONNXPreparation {
        if let stated = stated(file.metadata) {
            return ONNXPreparation(stated, "by the file's metadata", isCertain: true)
        }
        if case .uint8 = input.type {
            return ONNXPreparation(.bytes, "since its input is of bytes")
        }
        if let own = file.arithmetic, own.changesValues {
            return ONNXPreparation(own.expected, "since the network itself \(own)")
        }
        return ONNXPreparation(
            .standard, "insightface's convention, as the file does not say it")
    }

    /// Metadata that Facet and others write: `mean` and `deviation`, one number or three, and `color_order`.
    private static func stated(_ metadata: [String: String]) -> InputPreparation? {
        guard let mean = ModelMetadata.numbers(metadata["mean"]),
            let standardDeviation = ModelMetadata.numbers(metadata["deviation"]),
            standardDeviation.allSatisfy({ $0 > 0 })
        else { return nil }
        let order = ModelMetadata.colourOrder(metadata["color_order"])
        return InputPreparation(order ?? .rgb, mean: mean, standardDeviation: standardDeviation)
    }
}

/// The arithmetic that a graph first applies to its input: `input * scale + shift`, and whether it swaps
/// the first and the last channel.
///
/// insightface searches the names of the first eight nodes for `Sub` and `Mul`, so a graph whose nodes have
/// other names is normalised twice. Here the operations themselves are analysed.
struct LeadingArithmetic: CustomStringConvertible {
    /// Factor of the input.
    private(set) var scale = 1.0
    /// Number that is then added.
    private(set) var shift = 0.0
    /// Whether RGB becomes BGR, or the other way round.
    private(set) var swapsChannels = false
    /// Whether all three channels have the same scale and shift.
    private(set) var isUniform = true
    private var steps: [String] = []

    /// The arithmetic of a graph that leaves its input unchanged.
    init() {}

    /// Analyses an input; nil unless arithmetic with constants comes first.
    init?(_ file: ONNXFile, _ input: String) {
        var current = input
        for _ in 0..<Self.limit {
            // A Shape node does not use the input's values.
            let users = file.nodes.filter { $0.inputs.contains(current) && $0.type != "Shape" }
            guard let node = users.first, users.count == 1, let output = node.outputs.first,
                Self.passing.contains(node.type) || swap(node, file)
                    || apply(node, to: current, file)
            else { break }
            current = output
        }
        guard !steps.isEmpty || swapsChannels, scale != 0 else { return nil }
    }

    private static let limit = 8
    /// Operations that do not change values.
    private static let passing: Set = ["Cast", "Identity", "Transpose"]

    /// Handles a node that reverses the channels; false for any other.
    private mutating func swap(_ node: ONNXFile.Node, _ file: ONNXFile) -> Bool {
        guard node.type == "Gather", node.inputs.count == 2,
            let places = file.constant(node.inputs[1]), places.values == [2, 1, 0],
            let index = file.nodes.firstIndex(of: node), file.integer("axis", ofNode: index) == 1
        else { return false }
        swapsChannels.toggle()
        return true
    }

    private mutating func apply(_ node: ONNXFile.Node, to value: String, _ file: ONNXFile) -> Bool {
        guard node.inputs.count == 2, let other = node.inputs.first(where: { $0 != value }),
            let (values, count) = file.constant(other), !values.isEmpty, count == 1 || count == 3
        else { return false }
        let constant = values.reduce(0, +) / Double(values.count)
        if Set(values).count > 1 { isUniform = false }
        let isFirst = node.inputs[0] == value
        switch node.type {
        case "Add": shift += constant
        case "Sub" where isFirst: shift -= constant
        case "Mul":
            scale *= constant
            shift *= constant
        case "Div" where isFirst && constant != 0:
            scale /= constant
            shift /= constant
        default: return false
        }
        steps.append("\(Self.verbs[node.type] ?? node.type) \(Self.text(constant))")
        return true
    }

    private static let verbs = [
        "Add": "adds", "Div": "divides by", "Mul": "multiplies by", "Sub": "subtracts",
    ]

    private static func text(_ value: Double) -> String {
        let rounded = (value * 1e6).rounded() / 1e6
        return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
    }

    /// Whether it does more than swap channels.
    var changesValues: Bool { !steps.isEmpty }

    /// The preparation that the network expects: the one whose values its arithmetic centres around 0.
    var expected: InputPreparation {
        let (mean, deviation) = (-shift / scale, abs(1 / scale))
        if mean > 2 || deviation > 2.5 { return .bytes }
        return mean > 0 ? .unit : .standard
    }

    /// `subtracts 127.5 and multiplies by 0.007812`.
    var description: String { steps.joined(separator: " and ") }
}
