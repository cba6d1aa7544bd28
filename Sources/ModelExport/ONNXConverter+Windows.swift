import ONNX
import Torch

/// Conversion of operations on windows of a feature map.
extension ONNXConverter {
    /// Adds the ONNX operators for an operation on windows; false for other operations.
    func convertWindows(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        switch kind {
        case "max_pool2d": try pool("MaxPool", operation, result)
        case "avg_pool2d": try pool("AveragePool", operation, result)
        case "adaptive_avg_pool2d": try adaptivePool(operation, result)
        case "constant_pad_nd": try pad(operation, result)
        case "im2col": try columns(operation, result)
        default: return false
        }
        return true
    }

    private func pool(_ type: String, _ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        guard let kernel = pair(arguments[1]), let padding = pair(arguments[3]) else {
            throw unsupported(operation)
        }
        let stride = pair(arguments[2]) ?? kernel
        var attributes: [String: ONNXGraph.Attribute] = [
            "kernel_shape": .ints(kernel), "pads": .ints(padding + padding),
            "strides": .ints(stride),
        ]
        if type == "MaxPool" {
            attributes["dilations"] = .ints(pair(arguments[4]) ?? [1, 1])
            attributes["ceil_mode"] = .int(arguments[5] == .bool(true) ? 1 : 0)
        } else {
            attributes["ceil_mode"] = .int(arguments[4] == .bool(true) ? 1 : 0)
            attributes["count_include_pad"] = .int(arguments[5] == .bool(true) ? 1 : 0)
        }
        emit(type, [try name(arguments[0])], result, attributes)
    }

    /// Adaptive average pooling: ordinary pooling if all windows have the same size, otherwise two products
    /// with averaging matrices, since ONNX has no adaptive pooling.
    private func adaptivePool(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let input = operation.arguments[0]
        guard let target = pair(operation.arguments[1]), target.allSatisfy({ $0 > 0 }),
            shape(input).count == 4
        else { throw unsupported(operation) }
        let size = Array(shape(input).suffix(2))
        if target == size { return try alias(result, input) }
        let map = try name(input)
        if target == [1, 1] { return emit("GlobalAveragePool", [map], result) }
        guard zip(size, target).contains(where: { $0 % $1 != 0 }) else {
            let window = ONNXGraph.Attribute.ints(zip(size, target).map { $0 / $1 })
            return emit("AveragePool", [map], result, ["kernel_shape": window, "strides": window])
        }
        let columns = Self.transposed(Self.means(of: size[1], in: target[1]))
        let rows = Self.means(of: size[0], in: target[0])
        let narrow = step("MatMul", [map, add(columns)], result, "columns")
        emit("MatMul", [add(rows), narrow], result)
    }

    /// The matrix `[windows, values]` that averages over windows, which overlap unless they divide the
    /// values evenly.
    private static func means(of values: Int, in windows: Int) -> Constant {
        var matrix = [Float](repeating: 0, count: windows * values)
        for window in 0..<windows {
            let start = window * values / windows
            let end = ((window + 1) * values + windows - 1) / windows
            for value in start..<end { matrix[window * values + value] = 1 / Float(end - start) }
        }
        return Constant(
            name: "means_\(windows)_of_\(values)", values: matrix, shape: [windows, values])
    }

    private func pad(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        let rank = shape(arguments[0]).count
        guard let pads = ints(arguments[1]), pads.count % 2 == 0, pads.count <= 2 * rank,
            let value = number(arguments[2])
        else { throw unsupported(operation) }
        // LibTorch lists the last dimension first, with both ends of a dimension next to each other.
        var (starts, ends) = (
            [Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank)
        )
        for pair in 0..<pads.count / 2 {
            starts[rank - 1 - pair] = pads[2 * pair]
            ends[rank - 1 - pair] = pads[2 * pair + 1]
        }
        let inputs = [try name(arguments[0]), integers(starts + ends), scalar(value)]
        emit("Pad", inputs, result)
    }

    /// Windows as columns (im2col): a depthwise convolution whose filters are 1 at one position each.
    private func columns(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        let input = shape(arguments[0])
        guard let kernel = pair(arguments[1]), let dilation = pair(arguments[2]),
            let padding = pair(arguments[3]), let stride = pair(arguments[4]), input.count == 4,
            let places = trace.shape(of: result).last
        else { throw unsupported(operation) }
        let (channels, area) = (input[1], kernel[0] * kernel[1])
        var filters = [Float](repeating: 0, count: channels * area * area)
        for filter in 0..<channels * area { filters[filter * area + filter % area] = 1 }
        let name = "windows_\(channels)_\(kernel[0])x\(kernel[1])"
        let weight = add(
            Constant(name: name, values: filters, shape: [channels * area, 1] + kernel))
        let windows = step(
            "Conv", [try self.name(arguments[0]), weight], result, "windows",
            [
                "dilations": .ints(dilation), "group": .int(channels),
                "kernel_shape": .ints(kernel), "pads": .ints(padding + padding),
                "strides": .ints(stride),
            ])
        emit("Reshape", [windows, integers([0, channels * area, places])], result)
    }
}
