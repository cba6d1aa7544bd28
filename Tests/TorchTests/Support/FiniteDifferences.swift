import Testing
import Torch

/// Normal numbers that bfloat16 has exactly; images in the order that kernels want.
func noise(_ shape: [Int], _ seed: UInt64, mean: Double = 0) -> Tensor {
    let tensor = Tensor.zeros(shape)
    tensor.fillNormal(mean: mean, standardDeviation: 1, seed: seed)
    return tensor.to(.bfloat16).contiguous(shape.count == 4 ? .channelsLast : .contiguous)
}

/// Expects a gradient to be the derivative of a sum, by differences in float64 along four directions.
///
/// - Parameters:
///   - index: Whose gradient it is, of the values.
///   - step: How far both ends of a difference are from the value.
func expectDerivatives(
    _ gradient: Tensor, ofOperand index: Int, at values: [Tensor], step: Double,
    of sum: ([Tensor]) -> Tensor
) {
    let gradient = gradient.to(.float64)
    for seed in 10..<14 {
        let direction = noise(values[index].shape, UInt64(seed)).to(.float64)
        func moved(_ distance: Double) -> Double {
            withoutGradients {
                var parts = values.map { $0.to(.float64) }
                parts[index] = parts[index] + direction * distance
                return sum(parts).item()
            }
        }
        let derivative = (moved(step) - moved(-step)) / (2 * step)
        let expected = (gradient * direction).sum().item()
        let size = (gradient.norm() * direction.norm()).item()
        #expect(abs(derivative - expected) < 1e-5 * size, "operand \(index)")
    }
}
