import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation
import Spelling

let reportCommand = Command(
    "report", "Write the report of a study from its run folders, or compare two studies.",
    discussion: """
        Writes index.html (self-contained, opens offline), report.md and results.csv. It also works \
        while a study is running. With two studies, it lists every difference in their \
        configuration, compares the cells they share, and pools their runs only where no setting that \
        affects the numbers differs.
        """,
    positionals: [
        Positional("study", "the study's folder", completion: .folders),
        Positional(
            "other", "another study to compare it with", isOptional: true, completion: .folders),
    ],
    options: [
        Option(
            "--output", .value("FOLDER"),
            "output folder; default: report (or comparison) in the last study's folder"),
        Option("--title", .value("TEXT"), "title of the report"),
        Option(
            "--paper", .flag,
            "also write tables.tex and each figure as SVG, and as PDF if rsvg-convert is "
                + "installed"),
        Option(
            "--without-pictures", .flag,
            "list misclassified pairs by name without showing faces, e.g. to share the report"),
        ReportOptions.rope,
        Option("--json", .flag, "write the results as JSON to standard output"),
    ],
    examples: ["facet report studies/quick", "facet report studies/12-epochs studies/20-epochs"]
) { arguments in
    let study = URL(fileURLWithPath: arguments.positional("study") ?? ".")
    let output = arguments.value("--output").map { URL(fileURLWithPath: $0) }
    if let other = arguments.positional("other") {
        for option in ["--paper", "--title", "--without-pictures", "--rope"]
        where arguments.has(option) {
            throw CommandError.together(option, "a second study")
        }
        let comparison = StudyComparisonReport(
            study, URL(fileURLWithPath: other), destination: output)
        let files = try comparison.write()
        let summary = try comparison.summary()
        if arguments.has("--json") {
            try Console.standard.writeJSON(summary)
        } else {
            Console.outputWrapped(summary.text)
        }
        if let page = files.first { Console.note("comparison: \(page.path)") }
        return .success
    }
    let pictures = TestPictures(StudyFolder(study))
    let report = Report(
        study: study, title: arguments.value("--title") ?? Report.defaultTitle,
        destination: output,
        pictures: arguments.has("--without-pictures") ? nil : pictures.jpeg(of:in:),
        rope: try ReportOptions.rope(arguments))
    if arguments.has("--paper") { try writeForPapers(report) }
    try writeReport(report, json: arguments.has("--json"))
    return .success
}

/// Writes a report's tables and figures for papers, and prints their paths.
private func writeForPapers(_ report: Report) throws {
    let files = try report.writeForPapers()
    let drawings = files.filter { $0.pathExtension == "svg" }
    let converted = drawings.count { convertToPDF($0) }
    Console.note("for papers: \(report.destination.path)/tables.tex and figures/")
    if converted < drawings.count {
        Console.note(
            "figures were written as SVG only; install rsvg-convert (Debian: librsvg2-bin) and repeat the "
                + "command to get PDF as well")
    }
}

/// Converts a drawing with librsvg's tool; false if it is not installed or fails.
private func convertToPDF(_ drawing: URL) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let output = drawing.deletingPathExtension().appendingPathExtension("pdf")
    process.arguments = ["rsvg-convert", "-f", "pdf", "-o", output.path, drawing.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

/// Maximum number of damaged files listed in a terminal; the page lists all.
private let namedDamages = 5

/// Warns about the files of a study that could not be read.
private func warn(of damages: [String]) {
    damages.prefix(namedDamages).forEach(Console.standard.warning)
    let rest = damages.count - namedDamages
    guard rest > 0 else { return }
    Console.standard.warning(
        "\(counted(rest, "more file")) could not be read: see Runs in the report")
}

/// Writes a report's files, and prints its answer, its path, and a privacy note.
func writeReport(_ report: Report, json: Bool) throws {
    let rendered = try report.render()
    let files = try report.write(rendered)
    warn(of: rendered.damages)
    if json {
        Console.output(try ResultsRows(try report.runs()).json())
        if let page = files.first { Console.note("report: \(page.path)") }
        return
    }
    Console.outputWrapped(rendered.answer.text + "\n")
    Console.note(
        rendered.showsFaces
            ? "Before sharing the report: it shows faces and names from the test set;\n"
                + "use facet report --without-pictures to omit the faces."
            : "Before sharing the report: it names people and files from the sets.")
    if let page = files.first { Console.output("report: \(page.path)") }
}
