package import Documents

/// A section that is rendered independently of all others, so that a failure is reported in its place and
/// does not affect the rest of the report.
package struct PlannedSection {
    /// Its anchor on the page.
    package let anchor: String
    package let title: String
    private let draw: () throws -> Section?

    /// Plans a section; `draw` returns `nil` if there is nothing to show.
    package init(_ anchor: String, _ title: String, _ draw: @escaping () throws -> Section?) {
        self.anchor = anchor
        self.title = title
        self.draw = draw
    }

    /// The section, or if it cannot be rendered, a section with the reason.
    package func drawn() -> Section? {
        do {
            return try draw()
        } catch {
            return Section(
                anchor, title, [.caveats(["This section could not be drawn: \("\(error)")"])])
        }
    }
}

/// Why a section cannot be rendered: the problem, and the run that has it.
package struct SectionError: Error, CustomStringConvertible {
    /// Name of the run's folder; `nil` if the problem is not in a single run.
    package let run: String?
    /// The problem, a clause.
    package let reason: String

    /// Creates the error of a problem.
    package init(run: String?, reason: String) {
        self.run = run
        self.reason = reason
    }

    package var description: String {
        (run.map { "run \($0): " } ?? "") + reason + (reason.hasSuffix(".") ? "" : ".")
    }

    /// Runs a body that needs a run, and adds the run's name to an error.
    static func naming<Result>(_ run: ReportedRun, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw SectionError(run: run.name, reason: "\(error)")
        }
    }
}
