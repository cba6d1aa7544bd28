package import Documents

/// A section that is drawn apart from all others, so that a failure is reported in its place
/// and the rest of the report is there.
package struct PlannedSection {
    /// Name of its place in the page.
    package let anchor: String
    package let title: String
    private let draw: () throws -> Section?

    /// Plans a section; `draw` gives `nil` if there is nothing to say.
    package init(_ anchor: String, _ title: String, _ draw: @escaping () throws -> Section?) {
        self.anchor = anchor
        self.title = title
        self.draw = draw
    }

    /// The section, or where it cannot be drawn a sentence that says why.
    package func drawn() -> Section? {
        do {
            return try draw()
        } catch {
            return Section(
                anchor, title, [.caveats(["This section could not be drawn: \("\(error)")"])])
        }
    }
}

/// Why a section cannot be drawn: what is wrong, and in which run.
package struct SectionError: Error, CustomStringConvertible {
    /// Name of the run's folder; `nil` if the fault is in none alone.
    package let run: String?
    /// The problem, a clause.
    package let reason: String

    /// Creates a description of a problem, in a run if there is one.
    package init(run: String?, reason: String) {
        self.run = run
        self.reason = reason
    }

    package var description: String {
        (run.map { "run \($0): " } ?? "") + reason + (reason.hasSuffix(".") ? "" : ".")
    }

    /// Does what a section needs of a run, and names the run where that fails.
    static func naming<Result>(_ run: ReportedRun, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw SectionError(run: run.name, reason: "\(error)")
        }
    }
}
