import Foundation
import Spelling

/// What can go wrong in this module because of what a user wrote.
public enum FaceLossesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A parameter is given twice.
    case duplicateParameter(name: String, text: String)
    /// A parameter has a value that it may not have.
    case invalidValue(loss: String, parameter: String, value: String, allowed: String)
    /// A setting is not `name=value`.
    case malformedSetting(String, text: String)
    /// A loss is to be registered under a name that another has.
    case nameTaken(String)
    /// A loss cannot be computed of a part of the classes.
    case noClassSampling(loss: String)
    /// There are no classes to tell apart, or embeddings have no components.
    case noClasses(classes: Int, embeddingSize: Int)
    /// A loss has no target's logit to draw, for it looks at pairs or centres.
    case noTargetLogit(String)
    /// A file is whole but no head.
    case notAHead(path: String, reason: String)
    /// Values that are multiplied with one another give a number that `float32` does not hold.
    case productOutOfRange(loss: String, factors: [String], product: Double)
    /// Several losses that classify are added, or one pairwise loss twice.
    case severalClassifications(String)
    /// A name is no loss's.
    case unknownLoss(String, known: [String])
    /// A loss has no parameter of that name.
    case unknownParameter(String, loss: String, known: [String])

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .duplicateParameter(let name, let text):
            "'\(text)' gives \(name) twice; keep one of them"
        case .invalidValue(let loss, let parameter, let value, let allowed):
            "\(parameter) of \(loss) is '\(value)'; it must be \(allowed)"
        case .malformedSetting(let setting, let text):
            "'\(setting)' in '\(text)' is not of the form name=value, as in 'arcface:m=0.4,s=32'"
        case .nameTaken(let name):
            "there is a loss or preset '\(name)' already; give the new loss another name"
        case .noClassSampling(let loss):
            "\(loss) needs all classes in each step; use head.rate 1, or one of the angular-margin losses "
                + "that are a softmax, such as arcface, on the CPU"
        case .noClasses(let classes, let size):
            "a loss needs at least 1 class and embeddings of at least 1 component, not "
                + "\(classes) and \(size)"
        case .noTargetLogit(let name):
            "\(name) has no logit of a target to draw, for its terms look at pairs or centres; take "
                + "losses that classify, such as arcface"
        case .notAHead(let path, let reason):
            "'\(path)' is not a head that Facet wrote: \(reason); use head.safetensors of a run"
        case .productOutOfRange(let loss, let factors, let product):
            "\(factors.joined(separator: " times ")) of \(loss) is "
                + "\(String(format: "%.2g", product)), which float32 does not hold; choose values "
                + "whose product is 0 or from 1.2e-38 to 3.4e+38"
        case .severalClassifications(let text):
            "'\(text)' adds losses that cannot be added; take one that classifies and, with '+', "
                + "different ones of pairs or centres, as in 'arcface+center:weight=0.003'"
        case .unknownLoss(let name, let known):
            "there is no loss '\(name)'" + Self.help(name, known, "the losses are")
        case .unknownParameter(let name, let loss, let known):
            "\(loss) has no parameter '\(name)'"
                + (known.isEmpty
                    ? "; it takes none" : Self.help(name, known, "its parameters are"))
        }
    }

    /// The name that was meant, or all names when none is near.
    private static func help(_ name: String, _ known: [String], _ introduction: String) -> String {
        let hint = Spelling.hint(for: name, among: known)
        return hint.isEmpty ? "; \(introduction) \(known.joined(separator: ", "))" : hint
    }
}
