import CommandKit
import FaceStudy
import Foundation
import SafeFiles
import Spelling

let submitCommand = Command(
    "submit", "Run a study on a cluster: a Slurm array job whose tasks work on it together.",
    discussion: """
        Writes slurm/job.sh in the output folder and submits it with sbatch. Each task executes runs of the study \
        until none is left. Before its time limit it saves, ends, and is requeued; if a task is \
        cancelled or its machine fails, the others take over its work within a minute. The \
        logs are beside the script, and facet study status shows the progress of the study.
        """,
    positionals: [Positional("study", "a study file in JSON5; facet keys lists its keys")],
    options: [
        Option("--slurm", .flag, "use Slurm, the only supported scheduler so far"),
        Option("--output", .value("FOLDER"), "shared output folder; default study"),
        Option("--array", .value("N"), "tasks; default 1"),
        Option("--gpus", .value("N"), "GPUs of each task; default 0"),
        Option(
            "--cpus", .value("N"), "processor cores of each task, and threads of its operations"),
        Option("--memory", .value("SIZE"), "memory of each task, e.g. 32G"),
        Option("--time", .value("TIME"), "time limit of each task, e.g. 4:00:00 or 1-12:00:00"),
        Option(
            "--sbatch", .values("OPTION"),
            "a further option of sbatch, e.g. --sbatch=--partition=gpu"),
        Option(
            "--prefix", .value("WORDS"),
            "prefix of the command, e.g. 'apptainer exec --nv facet.sif'"),
        Option("--dry-run", .flag, "write nothing and submit nothing; print the script"),
    ],
    examples: [
        "facet submit casia.json5 --slurm --array 8 --gpus 1 --time 4:00:00 --output studies/casia"
    ]
) { arguments in
    let file = arguments.positional("study") ?? ""
    let output = URL(fileURLWithPath: arguments.value("--output") ?? "study").standardizedFileURL
    // Errors of the study are reported now rather than after a night in the queue.
    _ = try Study(
        try StudyConfiguration.read(URL(fileURLWithPath: file)), folder: output)
    let job = try slurmJob(arguments, study: file, output: output)
    if arguments.has("--dry-run") {
        Console.output(job.script)
        return .success
    }
    try AtomicFile.write(job.script, to: job.scriptURL)
    Console.note("script: \(job.scriptURL.path)")
    return submit(job)
}

private func slurmJob(_ arguments: Arguments, study: String, output: URL) throws -> SlurmJob {
    guard arguments.has("--slurm") else {
        throw CommandError.missingOption(
            option: "--slurm", hint: "add --slurm, the only supported scheduler so far")
    }
    var resources = SlurmJob.Resources(time: try arguments.required("--time"))
    resources.gpus = try arguments.whole("--gpus", in: 0...64) ?? 0
    resources.cpus = try arguments.whole("--cpus", in: 1...4096)
    resources.memory = arguments.value("--memory")
    resources.options = arguments.values("--sbatch")
    let program = Bundle.main.executableURL?.path ?? "facet"
    let prefix = (arguments.value("--prefix") ?? "").split(separator: " ").map(String.init)
    return try SlurmJob(
        study: output, tasks: try arguments.whole("--array", in: 1...10_000) ?? 1,
        resources: resources,
        command: prefix + [prefix.isEmpty ? program : "facet"] + [
            "compare", "--config", URL(fileURLWithPath: study).path, "--output", output.path,
        ], workingDirectory: FileManager.default.currentDirectoryPath)
}

/// Submits the script to Slurm.
private func submit(_ job: SlurmJob) -> ExitCode {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sbatch", job.scriptURL.path]
    do {
        try process.run()
    } catch {
        Console.standard.error("sbatch cannot be run: \(error.localizedDescription)")
        return .failure
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        Console.standard.error(
            "sbatch did not accept the job"
                + (process.terminationStatus == 127
                    ? " because it is not installed here; submit \(quoted: job.scriptURL.path) where it is"
                    : ""))
        return .failure
    }
    return .success
}
