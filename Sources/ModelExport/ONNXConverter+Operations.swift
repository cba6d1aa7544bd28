import ONNX
import Torch

/// Conversion of LibTorch's operations, one by one.
extension ONNXConverter {
    private static let simple = [
        "abs": "Abs", "erf": "Erf", "exp": "Exp", "log": "Log", "neg": "Neg",
        "reciprocal": "Reciprocal", "relu": "Relu", "sigmoid": "Sigmoid", "sqrt": "Sqrt",
        "tanh": "Tanh", "matmul": "MatMul", "bmm": "MatMul", "maximum": "Max", "minimum": "Min",
    ]
    private static let same: Set = [
        "alias", "clone", "contiguous", "detach", "dropout", "feature_dropout", "to", "type_as",
    ]

    /// Adds the ONNX operators for an operation.
    func convert(_ operation: TracedGraph.Operation) throws {
        guard operation.name.hasPrefix("aten::"), let result = operation.results.first else {
            throw unsupported(operation)
        }
        let kind = String(operation.name.dropFirst(6))
        let arguments = operation.arguments
        if Self.same.contains(kind) || isFolded(operation) {
            return try alias(result, arguments[0])
        }
        if let type = Self.simple[kind] {
            let inputs = type == "MatMul" || type == "Max" || type == "Min" ? 2 : 1
            return emit(type, try arguments.prefix(inputs).map(name), result)
        }
        if try convertShape(kind, operation, result) || convertArithmetic(kind, operation, result)
            || convertLayer(kind, operation, result) || convertActivation(kind, operation, result)
            || convertReduction(kind, operation, result) || convertWindows(kind, operation, result)
        {
            return
        }
        throw unsupported(operation)
    }

    // MARK: Layers

    private func convertLayer(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        let arguments = operation.arguments
        switch kind {
        case "_convolution", "conv2d": try convolution(operation, result)
        case "linear": try linear(operation, result)
        case "batch_norm":
            guard arguments[5] == .bool(false) else { throw unsupported(operation) }
            let epsilon = number(arguments[7]) ?? 1e-5
            emit(
                "BatchNormalization", try arguments.prefix(5).map(name), result,
                ["epsilon": .float(epsilon)])
        case "layer_norm":
            guard let axes = ints(arguments[1]) else { throw unsupported(operation) }
            require(operators: 17)
            emit(
                "LayerNormalization", try [arguments[0], arguments[2], arguments[3]].map(name),
                result,
                ["axis": .int(-axes.count), "epsilon": .float(number(arguments[4]) ?? 1e-5)])
        case "scaled_dot_product_attention": try attention(operation, result)
        default: return false
        }
        return true
    }

    private func convolution(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        // LibTorch records the general convolution, which may be transposed.
        let isShared = operation.name == "aten::_convolution"
        guard let kernel = constant(arguments[1]), kernel.shape.count == 4,
            let stride = pair(arguments[3]), let padding = pair(arguments[4]),
            let dilation = pair(arguments[5]), !isShared || arguments[6] == .bool(false),
            case .int(let groups) = arguments[isShared ? 8 : 6]
        else { throw unsupported(operation) }
        let attributes: [String: ONNXGraph.Attribute] = [
            "dilations": .ints(dilation), "group": .int(groups),
            "kernel_shape": .ints(Array(kernel.shape.suffix(2))), "pads": .ints(padding + padding),
            "strides": .ints(stride),
        ]
        let weights = try weights(operation, kernel, result)
        emit("Conv", [try operand(arguments[0])] + weights, result, attributes)
    }

    private func linear(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        guard let matrix = constant(arguments[1]), matrix.shape.count == 2 else {
            throw unsupported(operation)
        }
        let input = try operand(arguments[0])
        if shape(arguments[0]).count == 2 {
            let weights = try weights(operation, matrix, result)
            return emit("Gemm", [input] + weights, result, ["transB": .int(1)])
        }
        let turned = try self.matrix(matrix, constant(arguments[2]), of: arguments[0])
        guard let bias = turned.bias else {
            return emit("MatMul", [input, turned.name], result)
        }
        let product = step("MatMul", [input, turned.name], result, "product")
        emit("Add", [product, add(bias)], result)
    }

    /// Names of an operation's weight and bias (if there is one), with the normalisation that follows
    /// folded in (in float64).
    private func weights(
        _ operation: TracedGraph.Operation, _ weight: Constant, _ result: Int
    ) throws -> [String] {
        let bias = constant(operation.arguments[2])
        let input = operation.arguments[0]
        guard let normalization = folding(into: result) else {
            return try operands(weight, bias, of: input)
        }
        let parts = normalization.arguments[1...4].compactMap(constant)
        guard parts.count == 4, normalization.arguments[5] == .bool(false) else {
            throw unsupported(normalization)
        }
        let epsilon = number(normalization.arguments[7]) ?? 1e-5
        let outputs = weight.shape[0]
        let scale = (0..<outputs).map {
            Double(parts[0].values[$0]) / (Double(parts[3].values[$0]) + epsilon).squareRoot()
        }
        let length = weight.values.count / outputs
        var (folded, shift) = (weight, [Float](repeating: 0, count: outputs))
        for output in 0..<outputs {
            for index in output * length..<(output + 1) * length {
                folded.values[index] = Float(Double(weight.values[index]) * scale[output])
            }
            let offset = Double(bias?.values[output] ?? 0) - Double(parts[2].values[output])
            shift[output] = Float(Double(parts[1].values[output]) + offset * scale[output])
        }
        let stem = String(weight.name.dropLast(weight.name.hasSuffix(".weight") ? 7 : 0))
        let foldedBias = Constant(name: "\(stem).folded_bias", values: shift, shape: [outputs])
        return try operands(folded, foldedBias, of: input)
    }

    static func transposed(_ matrix: Constant) -> Constant {
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        var values = matrix.values
        for row in 0..<rows {
            for column in 0..<columns {
                values[column * rows + row] = matrix.values[row * columns + column]
            }
        }
        return Constant(
            name: "\(matrix.name).transposed", values: values, shape: [columns, rows])
    }

    private func attention(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        let rank = shape(arguments[1]).count
        guard rank >= 2, let length = shape(arguments[1]).last, arguments[3] == .none else {
            throw unsupported(operation)
        }
        let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
        let keys = step(
            "Transpose", [try name(arguments[1])], result, "keys", ["perm": .ints(order)])
        let product = step("MatMul", [try name(arguments[0]), keys], result, "products")
        let scaled = step(
            "Mul", [product, scalar(1 / Double(length).squareRoot())], result, "scaled")
        let shares = step("Softmax", [scaled], result, "shares", ["axis": .int(-1)])
        emit("MatMul", [shares, try name(arguments[2])], result)
    }

    // MARK: Activations

    private func convertActivation(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        let arguments = operation.arguments
        guard let first = arguments.first else { return false }
        switch kind {
        case "prelu":
            // A slope of shape [c] would run along the width: [c, 1, 1].
            guard var slope = constant(arguments[1]) else { throw unsupported(operation) }
            slope.shape += [Int](repeating: 1, count: max(0, shape(first).count - 2))
            emit("PRelu", [try name(first), add(slope)], result)
        case "relu6": emit("Clip", [try name(first), scalar(0), scalar(6)], result)
        case "hardtanh", "clamp":
            let bounds = try arguments[1...2].map { $0 == .none ? "" : try name($0) }
            emit("Clip", [try name(first)] + bounds, result)
        case "hardsigmoid":
            emit("HardSigmoid", [try name(first)], result, Self.hardSigmoid)
        case "hardswish":
            let gate = step("HardSigmoid", [try name(first)], result, "gate", Self.hardSigmoid)
            emit("Mul", [try name(first), gate], result)
        case "gelu":
            let scaled = step("Mul", [try name(first), scalar(0.5.squareRoot())], result, "scaled")
            let error = step("Erf", [scaled], result, "error")
            let share = step("Add", [error, scalar(1)], result, "share")
            let half = step("Mul", [try name(first), scalar(0.5)], result, "half")
            emit("Mul", [half, share], result)
        case "silu":
            let gate = step("Sigmoid", [try name(first)], result, "gate")
            emit("Mul", [try name(first), gate], result)
        case "softmax", "log_softmax":
            guard case .int(let axis) = arguments[1] else { throw unsupported(operation) }
            let type = kind == "softmax" ? "Softmax" : "LogSoftmax"
            emit(type, [try name(first)], result, ["axis": .int(axis)])
        case "leaky_relu":
            emit(
                "LeakyRelu", [try name(first)], result,
                ["alpha": .float(number(arguments[1]) ?? 0.01)])
        default: return false
        }
        return true
    }

    private static let hardSigmoid: [String: ONNXGraph.Attribute] = [
        "alpha": .float(1.0 / 6), "beta": .float(0.5),
    ]

    // MARK: Arithmetic

    private func convertArithmetic(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        let types = ["add": "Add", "div": "Div", "mul": "Mul", "pow": "Pow", "sub": "Sub"]
        let arguments = operation.arguments
        if kind == "square" {
            let value = try name(arguments[0])
            emit("Mul", [value, value], result)
            return true
        }
        guard let type = types[kind] else { return false }
        var second = try name(arguments[1])
        if kind == "add" || kind == "sub", arguments.count > 2, let factor = number(arguments[2]),
            factor != 1
        {
            second = step("Mul", [second, scalar(factor)], result, "scaled")
        }
        emit(type, [try name(arguments[0]), second], result)
        return true
    }

    private func convertReduction(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        let types = [
            "amax": "ReduceMax", "amin": "ReduceMin", "mean": "ReduceMean", "norm": "ReduceL2",
            "sum": "ReduceSum",
        ]
        guard let type = types[kind] else { return false }
        let arguments = operation.arguments
        let place = kind == "norm" ? 2 : 1
        guard arguments.count > place + 1, let axes = ints(arguments[place]),
            kind != "norm" || number(arguments[1]) == 2
        else { throw unsupported(operation) }
        let keeps = arguments[place + 1] == .bool(true)
        let input = try name(arguments[0])
        if kind == "mean", axes == [2, 3], shape(arguments[0]).count == 4 {
            if keeps { emit("GlobalAveragePool", [input], result) }
            if !keeps {
                let pooled = step("GlobalAveragePool", [input], result, "pooled")
                emit("Flatten", [pooled], result, ["axis": .int(1)])
            }
        } else if type == "ReduceSum" {
            emit(type, [input, integers(axes)], result, ["keepdims": .int(keeps ? 1 : 0)])
        } else {
            emit(type, [input], result, ["axes": .ints(axes), "keepdims": .int(keeps ? 1 : 0)])
        }
        return true
    }

    // MARK: Shapes

    private func convertShape(
        _ kind: String, _ operation: TracedGraph.Operation, _ result: Int
    ) throws -> Bool {
        let arguments = operation.arguments
        switch kind {
        case "reshape", "view", "flatten": try reshape(operation, result)
        case "permute":
            guard let order = ints(arguments[1]) else { throw unsupported(operation) }
            emit("Transpose", [try name(arguments[0])], result, ["perm": .ints(order)])
        case "transpose":
            guard case .int(let first) = arguments[1], case .int(let second) = arguments[2] else {
                throw unsupported(operation)
            }
            let rank = shape(arguments[0]).count
            var order = Array(0..<rank)
            order.swapAt((first + rank) % rank, (second + rank) % rank)
            emit("Transpose", [try name(arguments[0])], result, ["perm": .ints(order)])
        case "squeeze", "unsqueeze":
            guard arguments.count > 1, case .int(let axis) = arguments[1] else {
                throw unsupported(operation)
            }
            emit(
                kind == "squeeze" ? "Squeeze" : "Unsqueeze",
                [try name(arguments[0]), integers([axis])], result)
        case "cat":
            guard case .tensors(let parts) = arguments[0], case .int(let axis) = arguments[1] else {
                throw unsupported(operation)
            }
            emit("Concat", try parts.map { try name(.tensor($0)) }, result, ["axis": .int(axis)])
        case "expand": try expand(operation, result)
        case "full":
            guard let value = number(arguments[1]), let lengths = recording.lengths(of: result)
            else { throw unsupported(operation) }
            emit("Expand", [scalar(value), shape(lengths)], result)
        case "flip":
            guard let axis = ints(arguments[1])?.first, ints(arguments[1])?.count == 1 else {
                throw unsupported(operation)
            }
            let places = Array((0..<shape(arguments[0])[axis]).reversed())
            emit(
                "Gather", [try name(arguments[0]), integers(places)], result,
                ["axis": .int(axis)])
        case "narrow": try slice(operation, result)
        case "slice": try slice(operation, result)
        case "select":
            guard case .int(let axis) = arguments[1], case .int(let index) = arguments[2] else {
                throw unsupported(operation)
            }
            let part = step(
                "Gather", [try name(arguments[0]), integers([index])], result, "part",
                ["axis": .int(axis)])
            emit("Squeeze", [part, integers([axis])], result)
        default: return false
        }
        return true
    }

    private func reshape(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let input = operation.arguments[0]
        guard let lengths = recording.lengths(of: result), !lengths.isEmpty else {
            throw unsupported(operation)
        }
        if var value = constant(input) {
            value.shape = trace.shape(of: result)
            value.name += ".as_" + value.shape.map(String.init).joined(separator: "x")
            return define(result, as: value)
        }
        emit("Reshape", [try name(input), reshaped(lengths, from: input)], result)
    }

    /// A reshape that keeps all elements: if only one length scales with the number of images, the shape is
    /// a constant.
    private func reshaped(
        _ lengths: [BatchTrace.Length], from input: TracedGraph.Argument
    ) -> String {
        var free = 0
        let known = lengths.map { length -> Int in
            if case .fixed(let length) = length { return length }
            free += 1
            return -1
        }
        guard free == 1 else { return shape(lengths) }
        guard known[0] == -1, self.lengths(input)?.first == lengths[0] else {
            return integers(known)
        }
        // A length of 0 copies the input's.
        return integers([0] + known.dropFirst())
    }

    private func lengths(_ argument: TracedGraph.Argument) -> [BatchTrace.Length]? {
        guard case .tensor(let tensor) = argument else { return nil }
        return recording.lengths(of: tensor)
    }

    private func expand(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let input = operation.arguments[0]
        guard let lengths = recording.lengths(of: result), let own = self.lengths(input) else {
            throw unsupported(operation)
        }
        // A length of 1 keeps the tensor's.
        let missing = [BatchTrace.Length](
            repeating: .fixed(1), count: max(0, lengths.count - own.count))
        let free = zip(lengths, missing + own).map { wanted, has in
            wanted == has ? BatchTrace.Length.fixed(1) : wanted
        }
        emit("Expand", [try name(input), shape(free)], result)
    }

    private func slice(_ operation: TracedGraph.Operation, _ result: Int) throws {
        let arguments = operation.arguments
        guard case .int(let axis) = arguments[1], case .int(let start) = arguments[2],
            case .int(let end) = arguments[3]
        else { throw unsupported(operation) }
        let isNarrow = operation.name == "aten::narrow"
        var step = 1
        if !isNarrow, arguments.count > 4, case .int(let given) = arguments[4] { step = given }
        let inputs = [
            try name(arguments[0]), integers([start]), integers([isNarrow ? start + end : end]),
            integers([axis]), integers([step]),
        ]
        emit("Slice", inputs, result)
    }

    // MARK: Arguments

    /// Whole numbers; nil for anything else.
    func ints(_ argument: TracedGraph.Argument) -> [Int]? {
        if case .ints(let values) = argument { return values }
        return nil
    }

    /// Two lengths; a single one counts for both.
    func pair(_ argument: TracedGraph.Argument) -> [Int]? {
        guard let values = ints(argument), let first = values.first else { return nil }
        return values.count == 2 ? values : [first, first]
    }

    /// A number; nil for anything else.
    func number(_ argument: TracedGraph.Argument) -> Double? {
        switch argument {
        case .float(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }
}
