/// What is recorded of one test set of a run or study, where names are unique: a result, facts, a source.
package protocol TestRecord {
    /// Name of the test set.
    var name: String { get }
}

extension TestResult: TestRecord {}
extension EpochTest: TestRecord {}
extension TestSetFacts: TestRecord {}
extension TemplateTestFacts: TestRecord {}
extension StartRecord.Test: TestRecord {}

extension Sequence where Element: TestRecord {
    /// The record of a test set; nil if there is none.
    package func named(_ test: String) -> Element? { first { $0.name == test } }
}
