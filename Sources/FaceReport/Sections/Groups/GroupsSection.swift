import Documents
import FaceEvaluation
import FaceRuns
import Spelling

/// Error rates of groups of people, by every attribute in the study's annotations.
enum GroupsSection {
    static func section(_ results: StudyResults) -> Section? {
        let blocks = results.detailedSets.flatMap { name in
            results.configurations.flatMap { configuration in
                part(name, configuration, results)
            }
        }
        return blocks.isEmpty ? nil : Section("groups", "Groups of people", blocks)
    }

    /// One test set with one backbone and training set.
    private static func part(
        _ name: String, _ configuration: Configuration, _ results: StudyResults
    ) -> [Block] {
        let cells = results.losses.map { ($0, results.cell(configuration, $0)) }
        let details = cells.flatMap { $0.1.finished.compactMap { $0.details[name] } }
        let attributes = details.flatMap(\.groups).map(\.attribute).uniqued
        let tables = attributes.compactMap { attribute in
            GroupTables(
                cells.map { loss, cell in
                    GroupSeries(
                        title: loss.title, style: loss.style,
                        reports: cell.finished.compactMap { run in
                            run.details[name]?.groups.first { $0.attribute == attribute }
                        }, hasLearned: cell.hasLearned, mark: cell.mark)
                }, of: "Loss")
        }
        let warnings = Array(Set(details.flatMap(\.warnings))).sorted()
        guard !tables.isEmpty || !warnings.isEmpty else { return [] }
        return [.heading("\(name), \(results.title(configuration))")] + tables.flatMap(\.blocks)
            + [.caveats(warnings.map { RichText($0.asSentence) })]
    }

    /// The chapter of an evaluation of one model.
    static func section(_ sets: [SetDetails]) -> Section? {
        let blocks = sets.flatMap { set -> [Block] in
            let tables = set.groups.compactMap { report in
                GroupTables(
                    [
                        GroupSeries(
                            title: "this model", style: nil, reports: [report], hasLearned: true,
                            mark: "")
                    ], of: "Model")
            }
            guard !tables.isEmpty || !set.warnings.isEmpty else { return [] }
            let heading: [Block] = sets.count > 1 ? [.heading(set.name)] : []
            return heading + tables.flatMap(\.blocks)
                + [.caveats(set.warnings.map { RichText($0.asSentence) })]
        }
        return blocks.isEmpty ? nil : Section("groups", "Groups of people", blocks)
    }
}

extension StudyResults {
    /// Names of all test sets, those of pairs of images first.
    var detailedSets: [String] { testSets.map(\.name) + templateSets }
}
