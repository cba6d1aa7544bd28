import Spelling

/// A dlib network that ends in a metric loss, as written by `dlib::serialize`: its layers in the order of
/// computation.
///
/// A file nests the layers, with the loss outermost, and does not list them in advance. First come the
/// versions of all layers, from the outermost to the innermost, then the input image, then the content of
/// each layer, from the innermost to the outermost. Layers that are only tags have version 1 and no
/// content.
struct DlibNetwork {
    struct Convolution: Equatable {
        /// Outputs, inputs, rows and columns of the filters.
        var shape: [Int]
        var filters: [Float]
        /// One per output.
        var biases: [Float]
        var stride: Int
        var padding: Int
    }

    enum Layer: Equatable {
        case add
        case affine(scale: [Float], shift: [Float])
        /// An average pool; global if the window is 0.
        case averagePool(window: Int, stride: Int)
        case convolution(Convolution)
        /// A linear map without bias: inputs, outputs, and weights `[inputs, outputs]`.
        case linear(inputs: Int, outputs: Int, weights: [Float])
        case maxPool(window: Int, stride: Int)
        case relu

        /// Its name in a message.
        var name: String {
            switch self {
            case .add: "a sum"
            case .affine: "an affine layer"
            case .averagePool: "an average pool"
            case .convolution: "a convolution"
            case .linear: "a linear map"
            case .maxPool: "a max pool"
            case .relu: "a rectifier"
            }
        }
    }

    /// The mean of red, green and blue that is subtracted from bytes, before they are divided by 256.
    let meanColor: [Double]
    /// Height and width of an image, in pixels.
    let inputSize: Int
    /// The layers, starting at the image.
    let layers: [Layer]

    init(_ bytes: [UInt8], path: String) throws(ModelFormatsError) {
        do throws(DlibCursor.Failure) {
            var cursor = DlibCursor(bytes)
            self = try Self.network(&cursor)
        } catch {
            throw .damagedDlib(path: path, offset: error.offset, reason: error.reason)
        }
    }

    private init(meanColor: [Double], inputSize: Int, layers: [Layer]) {
        self.meanColor = meanColor
        self.inputSize = inputSize
        self.layers = layers
    }

    /// The most layers that are accepted.
    private static let maxLayers = 4096

    private static func network(
        _ cursor: inout DlibCursor
    ) throws(DlibCursor.Failure) -> DlibNetwork {
        _ = try cursor.integer(in: 1...1, "the version of the loss")
        let loss = try cursor.text()
        guard loss == "loss_metric_" || loss == "loss_metric_2" else {
            throw cursor.failure(
                "the network was trained with \(quoted: loss) and not 'loss_metric_'")
        }
        if loss == "loss_metric_2" {
            // Margin and threshold.
            for _ in 0..<2 { _ = try cursor.number() }
        }
        var versions: [Int] = []
        var next = try cursor.integer()
        while (1...3).contains(next) {
            versions.append(next)
            guard versions.count <= maxLayers else {
                throw cursor.failure("there are too many layers")
            }
            next = try cursor.integer()
        }
        let (meanColor, inputSize) = try image(&cursor, nameLength: next)
        guard versions.popLast() == 3 else {
            throw cursor.failure("the first layer is of another version")
        }
        var layers = [try layer(&cursor, isFirst: true)]
        for version in versions.reversed() where version != 1 {
            guard version == 2 else { throw cursor.failure("a layer is of version \(version)") }
            layers.append(try layer(&cursor, isFirst: false))
        }
        guard cursor.isAtEnd else { throw cursor.failure("there is more than a network") }
        return DlibNetwork(meanColor: meanColor, inputSize: inputSize, layers: layers)
    }

    private static func image(
        _ cursor: inout DlibCursor, nameLength: Int
    ) throws(DlibCursor.Failure) -> ([Double], Int) {
        let name = try cursor.text(count: nameLength)
        guard name == "input_rgb_image_sized" else {
            throw cursor.failure("its input is \(quoted: name) and not 'input_rgb_image_sized'")
        }
        var mean: [Double] = []
        for _ in 0..<3 { mean.append(try cursor.number()) }
        let rows = try cursor.integer(in: 16...1024, "the height of its images")
        let columns = try cursor.integer(in: 16...1024, "the width of its images")
        guard rows == columns else { throw cursor.failure("its images are not square") }
        return (mean, rows)
    }

    /// A layer, and what dlib stores with it: flags, and tensors for training.
    private static func layer(
        _ cursor: inout DlibCursor, isFirst: Bool
    ) throws(DlibCursor.Failure) -> Layer {
        let layer = try details(&cursor)
        for _ in 0..<3 { _ = try cursor.flag() }
        for _ in 0..<3 { _ = try cursor.tensor() }
        if isFirst { _ = try cursor.integer(in: 0...Int(Int32.max), "a factor of samples") }
        return layer
    }

    private static func details(
        _ cursor: inout DlibCursor
    ) throws(DlibCursor.Failure) -> Layer {
        let name = try cursor.text()
        switch name {
        case "con_4", "con_5", "con_6": return .convolution(try convolution(&cursor, name))
        case "affine_", "affine_2": return try affine(&cursor, hasFlag: name == "affine_2")
        case "fc_2", "fc_3": return try linear(&cursor, hasFlag: name == "fc_3")
        case "max_pool_2":
            let (window, stride) = try pool(&cursor)
            return .maxPool(window: window, stride: stride)
        case "avg_pool_2":
            let (window, stride) = try pool(&cursor)
            return .averagePool(window: window, stride: stride)
        case "relu_": return .relu
        case "relu_2":
            guard try !cursor.flag() else { throw cursor.failure("a rectifier is switched off") }
            return .relu
        case "add_prev_": return .add
        default: throw cursor.failure("there is a layer \(quoted: name), which no face network has")
        }
    }

    private static let lengths = 1...(1 << 16)

    private static func convolution(
        _ cursor: inout DlibCursor, _ version: String
    ) throws(DlibCursor.Failure) -> Convolution {
        let values = try cursor.tensor().values
        _ = try cursor.integer(in: lengths, "the number of filters")
        let rows = try cursor.integer(in: lengths, "the height of a filter")
        let columns = try cursor.integer(in: lengths, "the width of a filter")
        let strides = [try cursor.integer(), try cursor.integer()]
        let paddings = [try cursor.integer(), try cursor.integer()]
        let shape = try cursor.part()
        let biases = try cursor.part()
        for _ in 0..<4 { _ = try cursor.number() }
        var hasBias = true
        if version != "con_4" { hasBias = try cursor.flag() }
        if version == "con_6", try cursor.flag() {
            throw cursor.failure("a convolution rectifies")
        }
        guard strides[0] == strides[1], lengths.contains(strides[0]), paddings[0] == paddings[1],
            (0...64).contains(paddings[0]), shape[2] == rows, shape[3] == columns,
            let count = product(shape), let biasCount = product(biases),
            hasBias ? biasCount == shape[0] : true,
            values.count == count + (hasBias ? biasCount : 0)
        else { throw cursor.failure("a convolution contradicts itself") }
        return Convolution(
            shape: shape, filters: Array(values[..<count]),
            biases: hasBias ? Array(values[count...]) : [Float](repeating: 0, count: shape[0]),
            stride: strides[0], padding: paddings[0])
    }

    private static func affine(
        _ cursor: inout DlibCursor, hasFlag: Bool
    ) throws(DlibCursor.Failure) -> Layer {
        let values = try cursor.tensor().values
        let parts = [product(try cursor.part()), product(try cursor.part())]
        // 0 after convolutions, 1 after linear maps; in both cases there is one number per channel.
        _ = try cursor.integer(in: 0...1, "the kind of an affine layer")
        if hasFlag, try cursor.flag() { throw cursor.failure("an affine layer is switched off") }
        guard let count = parts[0], parts[1] == count, values.count == 2 * count else {
            throw cursor.failure("an affine layer contradicts itself")
        }
        return .affine(scale: Array(values[..<count]), shift: Array(values[count...]))
    }

    private static func linear(
        _ cursor: inout DlibCursor, hasFlag: Bool
    ) throws(DlibCursor.Failure) -> Layer {
        let outputs = try cursor.integer(in: lengths, "the number of outputs")
        let inputs = try cursor.integer(in: lengths, "the number of inputs")
        let values = try cursor.tensor().values
        _ = try cursor.part()
        _ = try cursor.part()
        let mode = try cursor.integer(in: 0...1, "the kind of a linear map")
        for _ in 0..<4 { _ = try cursor.number() }
        if hasFlag { _ = try cursor.flag() }
        guard mode == 1, values.count == inputs * outputs else {
            throw cursor.failure("the linear map has a bias, or contradicts itself")
        }
        return .linear(inputs: inputs, outputs: outputs, weights: values)
    }

    /// Window and stride, which are equal along both sides; padding is not allowed.
    private static func pool(
        _ cursor: inout DlibCursor
    ) throws(DlibCursor.Failure) -> (window: Int, stride: Int) {
        let windows = [try cursor.integer(), try cursor.integer()]
        let strides = [try cursor.integer(), try cursor.integer()]
        let paddings = [try cursor.integer(), try cursor.integer()]
        guard windows[0] == windows[1], strides[0] == strides[1], paddings == [0, 0] else {
            throw cursor.failure("a pool is padded or no square")
        }
        return (windows[0], strides[0])
    }

    private static func product(_ shape: [Int]) -> Int? {
        var count = 1
        for length in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            if overflows { return nil }
            count = product
        }
        return count
    }
}
