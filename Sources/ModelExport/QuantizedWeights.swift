/// Weights `[out, in / groups, ...]` as signed bytes with one step per output: `weight = scale * byte`,
/// where each output's largest magnitude becomes 127.
struct QuantizedWeights: Equatable {
    /// The bytes, in the order of the weights.
    let values: [Int8]
    /// The step of each output.
    let scales: [Float]
    /// The shift of each output's mean by the rounding of the weights, which biases compensate (Nagel et
    /// al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2;
    /// with measured means of the inputs, and ignoring the borders of images).
    let meanErrors: [Double]

    /// Rounds weights.
    ///
    /// - Parameters:
    ///   - weights: The weights, row by row; at least one.
    ///   - shape: Lengths of their dimensions.
    ///   - means: The mean of each input channel.
    init(_ weights: [Float], shape: [Int], means: [Double]) {
        let (outputs, each) = (shape[0], weights.count / shape[0])
        let perGroup = shape[1]
        let (groups, kernel) = (max(1, means.count / perGroup), each / perGroup)
        var values: [Int8] = []
        var scales: [Float] = []
        var errors: [Double] = []
        values.reserveCapacity(weights.count)
        for output in 0..<outputs {
            let row = weights[output * each..<(output + 1) * each]
            let largest = row.reduce(0) { max($0, abs($1)) }
            let scale = largest > 0 && largest.isFinite ? largest / 127 : 1
            let first = output * groups / outputs * perGroup
            var error = 0.0
            for (index, weight) in row.enumerated() {
                let steps = (weight / scale).rounded(.toNearestOrEven)
                let value = steps.isNaN ? 0 : Int8(max(-127, min(127, steps)))
                values.append(value)
                let channel = first + index / kernel
                guard channel < means.count else { continue }
                error += Double(Float(value) * scale - weight) * means[channel]
            }
            scales.append(scale)
            errors.append(error)
        }
        self.values = values
        self.scales = scales
        meanErrors = errors
    }

    /// The bytes of a matrix `[out, in]` as `[in, out]`.
    var transposed: [Int8] {
        let (rows, columns) = (scales.count, values.count / max(1, scales.count))
        var result = values
        for row in 0..<rows {
            for column in 0..<columns {
                result[column * rows + row] = values[row * columns + column]
            }
        }
        return result
    }
}
