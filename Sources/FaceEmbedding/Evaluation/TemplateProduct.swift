public import FaceEvaluation
import Torch

/// LibTorch's products, which are much faster than `BlockProduct.plain` but round differently.
public enum TemplateProduct {
    /// In single precision, where the last bits of a template's score depend on its position in a block:
    /// equal templates tie only because close scores are recomputed.
    ///
    /// The error of a sum of n products is at most n 2⁻²⁴ of the product of the lengths; this suffices for
    /// 4,000 numbers.
    public static let torch = product(.float32, error: 2.5e-4)

    /// In bfloat16, which only finds the scores that may count; these are recomputed.
    ///
    /// Rounding changes each of the two factors by at most 2⁻⁸ of its value, and the result by as much: (1
    /// + 2⁻⁸)³ − 1, with some margin for the rounding of the sum, which is accumulated in single precision.
    public static let bfloat16 = product(.bfloat16, error: 0.012)

    private static func product(_ type: ElementType, error: Float) -> BlockProduct {
        BlockProduct(error: error) { gallery, dimension in
            let rows = Tensor(Array(gallery), shape: [gallery.count / dimension, dimension])
            let right = rows.to(type).transposed(0, 1)
            return { probes, body in
                let left = Tensor(Array(probes), shape: [probes.count / dimension, dimension])
                left.to(type).matmul(right).to(.float32).withFloats(body)
            }
        }
    }
}
