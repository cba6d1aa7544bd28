import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation

let reportCommand = Command(
    "report", "Writes the report of a study from its run folders, or compares two studies.",
    discussion: """
        Writes index.html (one file that opens offline), report.md and results.csv. It works while \
        a study is running as well. With two studies, it names every difference in their \
        configuration, compares the cells they share, and pools their runs only where nothing \
        differs that decides about the numbers.
        """,
    positionals: [
        Positional("study", "the study's folder", completion: .folders),
        Positional(
            "other", "another study to compare it with", isOptional: true, completion: .folders),
    ],
    options: [
        Option(
            "--output", .value("FOLDER"),
            "where to write; default: report, or comparison, in the last study's folder"),
        Option("--title", .value("TEXT"), "heading of the report"),
        Option(
            "--paper", .flag,
            "also write tables.tex and each figure as SVG, and as PDF where rsvg-convert is "
                + "installed"),
        Option(
            "--without-pictures", .flag,
            "name misclassified pairs and do not show their faces, e.g. to pass the report on"),
        Option("--json", .flag, "write the results as JSON to standard output"),
    ],
    examples: ["facet report studies/quick", "facet report studies/12-epochs studies/20-epochs"]
) { arguments in
    let study = URL(fileURLWithPath: arguments.positional("study") ?? ".")
    let output = arguments.value("--output").map { URL(fileURLWithPath: $0) }
    if let other = arguments.positional("other") {
        for option in ["--paper", "--title", "--without-pictures"] where arguments.has(option) {
            throw CommandError.together(option, "a second study")
        }
        let comparison = StudyComparisonReport(
            study, URL(fileURLWithPath: other), destination: output)
        let files = try comparison.write()
        let summary = try comparison.summary()
        if arguments.has("--json") {
            try Console.standard.writeJSON(summary)
        } else {
            Console.output(summary.text)
        }
        if let page = files.first { Console.note("comparison: \(page.path)") }
        return .success
    }
    let pictures = TestPictures(StudyFolder(study))
    let report = Report(
        study: study, title: arguments.value("--title") ?? Report.defaultTitle,
        destination: output,
        pictures: arguments.has("--without-pictures") ? nil : pictures.jpeg(of:in:))
    if arguments.has("--paper") { try writeForPapers(report) }
    try writeReport(report, json: arguments.has("--json"))
    return .success
}

/// Writes a report's tables and figures for papers, and says where they are.
private func writeForPapers(_ report: Report) throws {
    let files = try report.writeForPapers()
    let drawings = files.filter { $0.pathExtension == "svg" }
    let converted = drawings.count { convertToPDF($0) }
    Console.note("for papers: \(report.destination.path)/tables.tex and figures/")
    if converted < drawings.count {
        Console.note(
            "the figures are SVG files: install rsvg-convert (Debian: librsvg2-bin) and repeat the "
                + "command to have them as PDF too")
    }
}

/// Converts a drawing with librsvg's tool; false where it is not installed or fails.
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

/// Writes a report's files, says what it shows of people, prints its answer, and where it is.
func writeReport(_ report: Report, json: Bool) throws {
    let rendered = try report.render()
    let files = try report.write(rendered)
    if json {
        Console.output(try ResultsRows(try report.runs()).json())
        if let page = files.first { Console.note("report: \(page.path)") }
        return
    }
    Console.output(rendered.answer.text + "\n")
    Console.note(
        rendered.showsFaces
            ? "Before you pass the report on: it shows faces and names of the test set;\n"
                + "facet report --without-pictures leaves the faces out."
            : "Before you pass the report on: it names people and files of the sets.")
    if let page = files.first { Console.output("report: \(page.path)") }
}
