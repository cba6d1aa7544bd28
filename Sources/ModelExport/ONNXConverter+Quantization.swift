import ONNX
import Torch

/// Products in int8 instead of float32, where the range of a product's input is known.
///
/// They are written with pairs of QuantizeLinear and DequantizeLinear around rounded tensors, from which
/// OpenVINO and ONNX Runtime derive int8 kernels; other programs compute the rounding as such.
extension ONNXConverter {
    /// The name of a product's input, rounded to bytes if its range is known.
    func operand(_ argument: TracedGraph.Argument) throws -> String {
        let name = try name(argument)
        // Constants are not rounded.
        guard constant(argument) == nil else { return name }
        observe(name, like: argument)
        guard let range = range(of: name) else { return name }
        let result = "\(name)_rounded"
        guard isNew(result) else { return result }
        let (scale, zero) = addSteps(of: name, range)
        graph.addNode("QuantizeLinear", [name, scale, zero], output: "\(name)_bytes")
        graph.addNode("DequantizeLinear", ["\(name)_bytes", scale, zero], output: result)
        return result
    }

    /// Adds the scale and the zero point of a tensor, and returns their names.
    private func addSteps(of name: String, _ range: ActivationRange) -> (String, String) {
        graph.addTensor("\(name)_scale", [range.scale], shape: [])
        graph.addTensor("\(name)_zero", [range.zero], shape: [])
        return ("\(name)_scale", "\(name)_zero")
    }

    /// Writes a product's weights and bias, and returns their names.
    ///
    /// - Parameter input: The product's input.
    func operands(
        _ weight: Constant, _ bias: Constant?, of input: TracedGraph.Argument
    ) throws -> [String] {
        guard let range = range(of: try name(input)) else {
            return [add(weight)] + (bias.map { [add($0)] } ?? [])
        }
        let rounded = QuantizedWeights(weight.values, shape: weight.shape, means: range.means)
        let names = [add(rounded, as: weight.name, shape: weight.shape, axis: 0)]
        let corrected = Self.corrected(bias, by: rounded, of: weight.name)
        return names + [addBias(corrected, steps: rounded.scales.map { $0 * range.scale })]
    }

    /// Writes a matrix `[out, in]` as `[in, out]`, and returns its name and its bias.
    func matrix(
        _ weight: Constant, _ bias: Constant?, of input: TracedGraph.Argument
    ) throws -> (name: String, bias: Constant?) {
        guard let range = range(of: try name(input)) else {
            return (add(Self.transposed(weight)), bias)
        }
        let rounded = QuantizedWeights(weight.values, shape: weight.shape, means: range.means)
        let name = add(
            rounded, as: "\(weight.name).transposed", shape: weight.shape.reversed(), axis: 1)
        return (name, Self.corrected(bias, by: rounded, of: weight.name))
    }

    /// Writes quantised weights, and returns the name of the dequantised tensor.
    private func add(
        _ rounded: QuantizedWeights, as name: String, shape: [Int], axis: Int
    ) -> String {
        let result = "\(name).rounded"
        guard isNew(result) else { return result }
        let zeros = [Int8](repeating: 0, count: rounded.scales.count)
        graph.addTensor(name, axis == 0 ? rounded.values : rounded.transposed, shape: shape)
        graph.addTensor("\(name).scale", rounded.scales, shape: [zeros.count])
        graph.addTensor("\(name).zero", zeros, shape: [zeros.count])
        graph.addNode(
            "DequantizeLinear", [name, "\(name).scale", "\(name).zero"], output: result,
            ["axis": .int(axis)])
        return result
    }

    private static func corrected(
        _ bias: Constant?, by rounded: QuantizedWeights, of weight: String
    ) -> Constant {
        let values = rounded.meanErrors.enumerated().map { output, error in
            Float(Double(bias?.values[output] ?? 0) - error)
        }
        return Constant(
            name: "\(weight).corrected_bias", values: values, shape: [values.count])
    }

    /// Writes a bias as integers in units of the product's step, as int8 kernels expect; in float32 if it
    /// exceeds their range.
    private func addBias(_ bias: Constant, steps: [Float]) -> String {
        let counts = zip(bias.values, steps).map { (Double($0) / Double($1)).rounded() }
        guard counts.allSatisfy({ abs($0) < 1_073_741_824 }) else { return add(bias) }
        let result = "\(bias.name).rounded"
        guard isNew(result) else { return result }
        let zeros = [Int32](repeating: 0, count: counts.count)
        graph.addTensor(bias.name, counts.map { Int32($0) }, shape: bias.shape)
        graph.addTensor("\(bias.name).scale", steps, shape: bias.shape)
        graph.addTensor("\(bias.name).zero", zeros, shape: bias.shape)
        graph.addNode(
            "DequantizeLinear", [bias.name, "\(bias.name).scale", "\(bias.name).zero"],
            output: result, ["axis": .int(0)])
        return result
    }
}
