public import FaceEvaluation
import Torch

/// LibTorch's products, which are much faster than `BlockProduct.plain` and round otherwise.
public enum TemplateProduct {
    /// In single precision, which gives a template other bits by where it is in a block: equal templates tie only
    /// because near scores are recomputed.
    ///
    /// A sum of n products is off by at most n 2⁻²⁴ of the lengths' product; this is enough for 4,000 numbers.
    public static let torch = product(.float32, error: 2.5e-4)

    /// In bfloat16, which finds the scores that may count; these are recomputed.
    ///
    /// Rounding changes a number by at most 2⁻⁸ of it on either side, and the sum, which is taken in
    /// single precision, by as much: (1 + 2⁻⁸)³ − 1, with some room for the sum's own rounding.
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
