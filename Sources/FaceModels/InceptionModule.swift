import Torch

/// Parallel branches with windows of different sizes, whose channels are concatenated
/// (Szegedy et al., "Going Deeper with Convolutions", 2015, figure 2).
final class InceptionModule {
    /// The pool at the start of a branch.
    enum Pool {
        case none
        /// Maximum of a 3x3 window.
        case max(stride: Int, padding: Int)
        /// Square root of the sum of squares in a 3x3 window.
        case root
    }

    /// An optional pool followed by convolutions, of which there may be none.
    struct Branch {
        var pool = Pool.none
        var steps: [ConvolutionChain.Step] = []
    }

    private static let kernel = 3
    /// Keeps the derivative of the square root finite if a window is all zeros, as after a rectifier.
    private static let floor = 1e-12

    private let branches: [(pool: Pool, chain: ConvolutionChain?)]
    let outputs: Int

    init(inputs: Int, _ branches: [Branch], epsilon: Double, initial: InitialWeights) {
        self.branches = branches.map { branch in
            (
                branch.pool,
                branch.steps.isEmpty
                    ? nil
                    : ConvolutionChain(
                        inputs: inputs, branch.steps, epsilon: epsilon, initial: initial)
            )
        }
        outputs = self.branches.reduce(0) { $0 + ($1.chain?.outputs ?? inputs) }
    }

    var state: [StateEntry] { branches.flatMap { $0.chain?.state ?? [] } }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let parts = branches.map { pool, chain in
            let pooled = Self.pooled(input, pool)
            return chain?(pooled, training: training) ?? pooled
        }
        return parts.count == 1 ? parts[0] : .concatenated(parts, dim: 1)
    }

    private static func pooled(_ input: Tensor, _ pool: Pool) -> Tensor {
        switch pool {
        case .none: input
        case .max(let stride, let padding):
            input.maxPooled(kernel: kernel, stride: stride, padding: padding)
        case .root:
            (input.square().averagePooled(kernel: kernel, stride: 1, padding: 1)
                * Double(kernel * kernel) + floor).sqrt()
        }
    }

    func walk(_ trace: inout LayerTrace) {
        trace.join(
            branches.map { pool, chain in
                { trace in
                    if case .max(let stride, let padding) = pool {
                        trace.pool(kernel: Self.kernel, stride: stride, padding: padding)
                    }
                    chain?.walk(&trace)
                }
            })
    }

    /// `[1x1, 64 | 1x1, 96; 3x3, 128 | pool; 1x1, 32]`.
    var filter: String {
        let parts = branches.map { pool, chain in
            let first: [String]
            switch pool {
            case .none: first = []
            case .max: first = ["max pool"]
            case .root: first = ["L2 pool"]
            }
            return (first + (chain.map { [$0.filter] } ?? [])).joined(separator: "; ")
        }
        return "[\(parts.joined(separator: " | "))]"
    }
}
