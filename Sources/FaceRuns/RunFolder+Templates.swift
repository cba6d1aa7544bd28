public import FaceEvaluation
public import Foundation
import Spelling

/// A report's data on a test set of templates, or on MegaFace.
public struct TemplateTestFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Templates of the set; MegaFace's probes.
    public var templates: Int
    /// MegaFace's distractors; nil for other sets.
    public var distractors: Int?
    /// SHA-256 over the names and contents of the images, in hexadecimal.
    public var contentHash: String?

    /// Creates the description of a set.
    public init(
        name: String, templates: Int, distractors: Int? = nil, contentHash: String? = nil
    ) {
        self.name = name
        self.templates = templates
        self.distractors = distractors
        self.contentHash = contentHash
    }
}

extension RunFolder {
    /// File of the `TemplateReport` of the last epoch's backbone on a test set of templates, or of the
    /// `DistractorReport` on MegaFace: `identification/<test>.json`, named as ``scoresURL(test:)`` names its files.
    public func templatesURL(test: String) -> URL {
        let name = scoresURL(test: test).deletingPathExtension().lastPathComponent
        return url.appendingPathComponent("identification").appendingPathComponent("\(name).json")
    }

    /// Writes `identification/<test>.json`, atomically.
    public func write(_ report: TemplateReport, test: String) throws(FaceRunsError) {
        try replace(templatesURL(test: test), with: report)
    }

    /// Reads `identification/<test>.json`; nil if there is none.
    public func readTemplates(test: String) throws(FaceRunsError) -> TemplateReport? {
        try readRecord(TemplateReport.self, at: templatesURL(test: test))
    }

    /// Writes `identification/<test>.json` of MegaFace, atomically.
    public func write(_ report: DistractorReport, test: String) throws(FaceRunsError) {
        try replace(templatesURL(test: test), with: report)
    }

    /// Reads `identification/<test>.json` of MegaFace; nil if there is none.
    public func readDistractors(test: String) throws(FaceRunsError) -> DistractorReport? {
        try readRecord(DistractorReport.self, at: templatesURL(test: test))
    }
}

extension TemplateReport: CheckedRecord {
    func check() throws(RecordFault) { try figures.check() }
}

extension DistractorReport: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("pairs", pairs)
        try RecordChecks.count("people", people)
        try RecordChecks.count("noisyProbes", noisyProbes)
        try RecordChecks.count("noisyDistractors", noisyDistractors)
        for rates in rates {
            try RecordChecks.count("distractors", rates.distractors, from: 1)
            try RecordChecks.fraction("rank1", rates.rank1)
            try RecordChecks.fraction("rank10", rates.rank10)
        }
        try RecordChecks.fraction("tarAtFAR1e6", tarAtFAR1e6)
        try figures.check()
    }
}

extension [TemplateReport.Figure] {
    /// Throws for the first figure that is not a fraction.
    fileprivate func check() throws(RecordFault) {
        for figure in self {
            let numbers =
                [figure.value, figure.insightFace].compactMap { $0 } + (figure.interval ?? [])
            if !numbers.allSatisfy({ (0...1).contains($0) })
                || ![nil, 2].contains(figure.interval?.count)
            {
                throw RecordFault(
                    reason: "\(quoted: figure.measure.title) is not a fraction with an interval")
            }
            if let draws = figure.replicates, !draws.areFractions {
                throw RecordFault(
                    reason: "the draws of \(quoted: figure.measure.title) are not fractions")
            }
        }
    }
}

extension PeopleReplicates {
    /// Whether all rates are in 0...1, and the number of people is not negative.
    var areFractions: Bool {
        (draws + withoutGroups + [estimate]).allSatisfy((0...1).contains) && people >= 0
    }
}
