public import FaceConfiguration
public import Torch

/// How the classification head of an angular-margin loss is computed.
public struct HeadOptions: Codable, Sendable, Hashable {
    /// Fraction of the classes that take part in a step's softmax, above 0 and up to 1, which means all.
    ///
    /// Below 1 it is Partial FC (An et al., CVPR 2022): the batch's target classes, and others drawn at
    /// random for each step. Weights and momentum buffers of the rest do not change in that step.
    public var rate: Double
    /// `bfloat16` rounds the operands of products, if the network computes in `bfloat16` as well and
    /// the processor has instructions for it; on a GPU to TF32. Sums, cosines and weights stay
    /// `float32`.
    public var precision: ElementType

    /// Creates options; by default all classes take part, in `float32`.
    public init(rate: Double = 1, precision: ElementType = .float32) {
        self.rate = rate
        self.precision = precision
    }

    /// The keys of the options.
    public static let keys = ConfigurationKeys(
        HeadOptions(),
        [
            .number(
                "rate", \.rate, in: .above(0, upTo: 1), flag: .init("--class-rate", "X"),
                "fraction of the classes in a step's softmax (Partial FC), for angular-margin losses; 1 for "
                    + "all"),
            .word(
                "precision", \.precision, among: [.float32, .bfloat16],
                flag: .init("--head-precision", "NAME"),
                "precision of products with class weights, where the network computes in bfloat16"),
        ])
}
