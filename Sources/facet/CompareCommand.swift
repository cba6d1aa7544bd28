import CommandKit
import FaceStudy
import Foundation

let compareCommand = Command(
    "compare", "Train a grid of backbones, training sets, losses and seeds, and write a report.",
    discussion: """
        Within a study the optimiser, schedule, batch size and number of images are the same for \
        every loss, and all losses of a cell start from the same backbone. Finished runs are \
        skipped when the command is repeated, an interrupted run resumes bit for bit, and a failed \
        run does not stop the others. With --tune N every loss first gets N tries of its own \
        parameters and the learning rate, scored on held-out training identities; the chosen values \
        and the defaults are then trained with seeds that no try has used. The same \
        command started again while the first one runs, here or on another machine with access to the \
        output folder, joins the study: each executes some of the runs, and one writes the report.
        """,
    options: StudyOptions.all + [
        Option(
            "--dry-run", .flag,
            "write nothing: list the runs and estimate time, memory and the smallest difference that would be "
                + "detected"),
        Option(
            "--json", .flag, "write the results, or those of --dry-run, as JSON to standard output"),
        Option(
            "--workers", .value("N"),
            "execute N runs at a time, each in its own process, which share the threads; auto first measures "
                + "how many process the most images per second; default 1, in this process",
            completion: .words(["auto"])),
        TeamStart.option,
        Option(
            "--retry", .value("WHICH"),
            "failed: repeat the runs that failed, and no others",
            completion: .words(["failed"])),
        ReportOptions.rope,
        Option("--serve", .flag, "serve the live report to browsers on this machine"),
        Option(
            "--keep-serving", .flag,
            "like --serve, but keep serving after the study has finished, until Ctrl-C"),
        Option("--port", .value("N"), "port for --serve; default 8042, 0 for any free port"),
    ],
    absent: OptionsElsewhere.training,
    examples: [
        "facet compare --preset quick --output studies/quick",
        "facet compare --preset tuned --output studies/tuned",
        "facet compare --train casia=CASIA --test lfw=LFW,LFW/pairs.txt --epochs 20 "
            + "--output studies/casia",
    ]
) { arguments in
    let configuration = try StudyOptions.studyConfiguration(arguments)
    let output = URL(fileURLWithPath: arguments.value("--output") ?? "study")
    let port = try arguments.whole("--port", in: 0...65535) ?? 8042
    let isServed = arguments.has("--serve") || arguments.has("--keep-serving")
    let workers = try WorkerCount(arguments)
    let retries = try arguments.choice("--retry", among: ["failed"]) != nil
    return try StudySession(
        configuration, output: output, port: isServed ? UInt16(port) : nil,
        keepsServing: arguments.has("--keep-serving"), dryRun: arguments.has("--dry-run"),
        rope: ReportOptions.rope(arguments), workers: workers, retriesFailed: retries,
        processes: TeamStart(arguments)
    ).run(json: arguments.has("--json"))
}
