public import FaceConfiguration
import Foundation
import Spelling

/// Errors of this module that a user's input can cause.
public enum FaceLossesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A name is in use for several losses.
    case ambiguousName(String, advice: String)
    /// A loss with this name is already registered.
    case nameTaken(String)
    /// A loss cannot be computed on a sample of the classes.
    case noClassSampling(loss: String)
    /// There are no classes, or embeddings have dimension 0.
    case noClasses(classes: Int, embeddingSize: Int)
    /// A loss has no target logit to plot, because it is defined on pairs or centres.
    case noTargetLogit(String)
    /// A file is intact but is not a head.
    case notAHead(path: String, reason: String)
    /// A parameter does not exist, or its value is not allowed.
    case parameter(ParameterError)
    /// The product of some values is outside the range of `float32`.
    case productOutOfRange(loss: String, factors: [String], product: Double)
    /// Several classification losses are added, or one pairwise loss twice.
    case severalClassifications(String)
    /// There is no loss of this name.
    case unknownLoss(String, known: [String])

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .ambiguousName(let name, let advice):
            "\(quoted: name) may mean several losses: \(advice)"
        case .nameTaken(let name):
            "a loss or preset named \(quoted: name) already exists; choose another name"
        case .noClassSampling(let loss):
            "\(loss) needs all classes in each step; use --class-rate 1, or one of the angular-margin losses "
                + "that are a softmax, such as arcface, on the CPU"
        case .noClasses(let classes, let size):
            "a loss needs at least 1 class and embeddings of at least 1 component, not "
                + "\(classes) and \(size)"
        case .noTargetLogit(let name):
            "\(name) has no target logit to plot, because its terms depend on pairs or centres; use "
                + "a classification loss such as arcface"
        case .notAHead(let path, let reason):
            "\(quoted: path) is not a classification head written by Facet: \(reason); use "
                + "head.safetensors of a run"
        case .parameter(let error): error.description
        case .productOutOfRange(let loss, let factors, let product):
            "\(factors.joined(separator: " times ")) of \(loss) is "
                + "\(String(format: "%.2g", product)), which is out of range for float32; choose values "
                + "whose product is 0 or from 1.2e-38 to 3.4e+38"
        case .severalClassifications(let text):
            "\(quoted: text) combines losses that cannot be added; use one classification loss "
                + "and add, with '+', "
                + "different pairwise or centre losses, as in 'arcface+center:weight=0.003'"
        case .unknownLoss(let name, let known):
            "unknown loss \(quoted: name)"
                + Names.advice(for: name, among: known, else: "the losses are")
        }
    }

    /// Runs a body that reads parameters.
    static func parameters<Result>(
        _ body: () throws(ParameterError) -> Result
    ) throws(FaceLossesError) -> Result {
        do { return try body() } catch { throw .parameter(error) }
    }
}
