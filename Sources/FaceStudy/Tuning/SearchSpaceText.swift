import FaceConfiguration
import FaceLosses
import FaceRuns
import Foundation
import Spelling

/// Ranges in a study that replace a loss's own: `arcface:m=0.2..0.6,s=16..64 log`.
///
/// A range is `LOWER..UPPER`, optionally followed by `linear`, `log` or `integer` to override the loss's
/// scale, or `off` to exclude a parameter. `all` instead of a loss is for the parameters that all share.
struct SearchSpaceText: Hashable {
    /// A study's setting of one parameter.
    enum Choice: Hashable {
        case off
        case range(SearchRange)
    }

    /// Name that denotes every loss.
    static let allLosses = "all"
    private static let example = "arcface:m=0.2..0.6,s=16..64 log"

    /// The loss whose parameters these are; nil for what all losses share.
    let descriptor: LossDescriptor?
    /// The setting of each parameter, by its canonical name.
    let choices: [String: Choice]

    /// Parses an entry.
    ///
    /// - Throws: ``FaceStudyError/tuning(reason:)``, and `FaceLossesError` for a loss that is unknown.
    init(parsing text: String) throws {
        let parts: ParameterText
        do {
            parts = try ParameterText(parsing: text, example: Self.example)
        } catch {
            throw FaceStudyError.tuning(reason: "\(error)")
        }
        guard !parts.assignments.isEmpty else {
            throw FaceStudyError.tuning(
                reason: "\(quoted: text) gives no range; write it as \(quoted: Self.example)")
        }
        descriptor = try Self.descriptor(parts.name)
        var choices: [String: Choice] = [:]
        for assignment in parts.assignments {
            let (name, choice) = try Self.choice(assignment, of: descriptor, owner: parts.name)
            choices[name] = choice
        }
        self.choices = choices
    }

    private static func descriptor(_ name: String) throws -> LossDescriptor? {
        guard Names.folded(name) != allLosses else { return nil }
        let loss = try LossSpecification(parsing: name)
        return loss.terms.first?.descriptor ?? loss.descriptor
    }

    private static func choice(
        _ assignment: ParameterText.Assignment, of descriptor: LossDescriptor?, owner: String
    ) throws -> (String, Choice) {
        let place = "\(owner):\(assignment.name)=\(assignment.value)"
        for (shared, domain) in SharedParameters.domains
        where Names.folded(shared) == Names.folded(assignment.name) {
            let range = try range(
                assignment.value, place, .logarithmic, isWhole: false,
                allows: domain.contains, allowed: ValueDomain.number(domain).allowed())
            return (shared, range)
        }
        guard let parameter = descriptor?.parameter(named: assignment.name), parameter.isNumeric
        else {
            let own = (descriptor?.parameters ?? []).filter(\.isNumeric).map(\.name)
            let known = SharedParameters.domains.map(\.name) + own
            throw FaceStudyError.tuning(
                reason: "\(quoted: place) names nothing that can be tuned"
                    + Names.advice(
                        for: assignment.name, among: known, else: "what can be tuned are"))
        }
        let isWhole = if case .whole = parameter.domain { true } else { false }
        let choice = try range(
            assignment.value, place, parameter.search?.scale ?? (isWhole ? .integer : .linear),
            isWhole: isWhole, allows: { parameter.allows(.number($0)) }, allowed: parameter.allowed)
        return (parameter.name, choice)
    }

    private static func range(
        _ text: String, _ place: String, _ usual: SearchScale, isWhole: Bool,
        allows: (Double) -> Bool, allowed: String
    ) throws(FaceStudyError) -> Choice {
        if text.lowercased() == "off" { return .off }
        let words = text.split(separator: " ").map(String.init)
        let ends = (words.first ?? "").components(separatedBy: "..").compactMap(Double.init)
        let named = words.count == 2 ? SearchScale(rawValue: words[1].lowercased()) : usual
        guard ends.count == 2, words.count < 3, let scale = named else {
            throw .tuning(
                reason:
                    "\(quoted: place) is not a range; write LOWER..UPPER, with 'linear', 'log' or "
                    + "'integer' behind it, or 'off'")
        }
        guard allows(ends[0]), allows(ends[1]) else {
            throw .tuning(reason: "\(quoted: place) leaves what the parameter may be: \(allowed)")
        }
        guard !isWhole || scale == .integer else {
            throw .tuning(
                reason: "\(quoted: place) is of a parameter of whole numbers; use 'integer'")
        }
        guard let range = SearchRange(ends[0], ends[1], scale) else {
            throw .tuning(
                reason:
                    "\(quoted: place) is not a valid range: its lower end must be below its upper "
                    + "one, above 0 for "
                    + "'log', and both whole for 'integer'")
        }
        return .range(range)
    }
}

/// The parameters tuned for every loss.
enum SharedParameters {
    /// Names and allowed ranges.
    static let domains: [(name: String, range: NumberRange)] = [
        (TunedParameter.learningRate, .above(0, upTo: 1e30)),
        (TunedParameter.weightDecay, .range(0...1e30)),
    ]

    /// The default range of the peak learning rate, around the study's own.
    static func learningRates(around peak: Double) -> SearchRange? {
        SearchRange(peak / 8, peak * 4, .logarithmic)
    }

    /// The default range of the weight decay, around the study's own.
    static func weightDecays(around decay: Double) -> SearchRange? {
        decay > 0
            ? SearchRange(decay / 10, decay * 10, .logarithmic)
            : SearchRange(1e-5, 1e-3, .logarithmic)
    }
}
