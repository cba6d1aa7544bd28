public import Foundation

/// A Slurm array job whose tasks work on one study.
///
/// The script depends on Slurm's behaviour, as of version 22.05:
///
/// * At the time limit everything in the job gets SIGTERM twice within some milliseconds and SIGKILL after
/// 30 s. So the script requests SIGUSR1 before the limit, ends the worker, and requeues the job. * A signal
/// requested with `--signal=TERM@...` reaches the steps alone and cannot be distinguished from `scancel`,
/// after which the job must not be requeued; with `B:USR1` it reaches only the script, which forwards it.
/// It may arrive a minute early. * The log of a requeued job is truncated unless it is opened with
/// `append`.
public struct SlurmJob: Sendable, Hashable {
    /// The resources of each task.
    public struct Resources: Sendable, Hashable {
        /// GPUs; 0 for none.
        public var gpus = 0
        /// Processor cores; nil for the cluster's default.
        public var cpus: Int?
        /// Memory in Slurm's format, e.g. `32G`; nil for the cluster's default.
        public var memory: String?
        /// Time limit in Slurm's format, e.g. `4:00:00` or `1-12:00:00`.
        public var time: String
        /// Further options of `sbatch`, e.g. `--partition=gpu`.
        public var options: [String] = []

        /// Creates resources with a time limit only.
        public init(time: String) { self.time = time }
    }

    /// Folder of the study.
    public var study: URL
    /// Number of tasks.
    public var tasks: Int
    /// The resources of each task.
    public var resources: Resources
    /// The command that a task runs; the first word is the program.
    public var command: [String]
    /// The folder in which it is run.
    public var workingDirectory: String
    /// Seconds between the first signal and the time limit.
    public static let notice = 180

    /// Describes a job.
    ///
    /// - Throws: ``FaceStudyError/unknownValue(key:value:allowed:)`` for an invalid time, or one that is
    ///   too short to save anything.
    public init(
        study: URL, tasks: Int, resources: Resources, command: [String], workingDirectory: String
    ) throws(FaceStudyError) {
        let seconds = Self.seconds(resources.time)
        guard let seconds, seconds == 0 || seconds >= 3 * Self.notice else {
            throw .unknownValue(
                key: "time", value: resources.time,
                allowed: [
                    "minutes", "hours:minutes:seconds",
                    "days-hours:minutes:seconds, "
                        + "in all \(3 * Self.notice / 60) minutes or more",
                ])
        }
        self.study = study
        self.tasks = tasks
        self.resources = resources
        self.command = command
        self.workingDirectory = workingDirectory
    }

    /// Seconds of a time in Slurm's format: `minutes`, `minutes:seconds`, `hours:minutes:seconds`,
    /// `days-hours`, `days-hours:minutes` or `days-hours:minutes:seconds`; nil for any other text.
    static func seconds(_ text: String) -> Int? {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        let words = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let numbers = words.compactMap { word in
            word.count <= 6 && word.allSatisfy(\.isASCII) && word.allSatisfy(\.isNumber)
                ? Int(word) : nil
        }
        guard numbers.count == words.count, (1...3).contains(numbers.count) else { return nil }
        guard halves.count == 2 else {
            switch numbers.count {
            case 1: return numbers[0] * 60
            case 2: return numbers[0] * 60 + numbers[1]
            default: return numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
            }
        }
        guard halves[0].count <= 6, let days = Int(halves[0]), days >= 0 else { return nil }
        let units = [3600, 60, 1]
        return zip(numbers, units).reduce(days * 86400) { $0 + $1.0 * $1.1 }
    }

    /// Folder of the script and of the tasks' logs.
    public var folder: URL { study.appendingPathComponent("slurm") }
    /// File of the batch script.
    public var scriptURL: URL { folder.appendingPathComponent("job.sh") }

    private var options: [String] {
        var options = [
            "--job-name=facet-\(study.lastPathComponent.filter { $0.isLetter || $0.isNumber })",
            "--array=1-\(tasks)", "--time=\(resources.time)",
        ]
        if resources.gpus > 0 { options.append("--gpus=\(resources.gpus)") }
        if let cpus = resources.cpus { options.append("--cpus-per-task=\(cpus)") }
        if let memory = resources.memory { options.append("--mem=\(memory)") }
        return options + [
            "--output=\(folder.path)/%A_%a.log", "--open-mode=append", "--requeue",
            "--signal=B:USR1@\(Self.notice)",
        ] + resources.options
    }

    /// Text of the batch script for `sbatch`.
    public var script: String {
        let words = command + (resources.cpus.map { ["--threads", "\($0)"] } ?? [])
        return """
            #!/usr/bin/env bash
            # Written by facet submit. Each task of the array is a worker of the study; they may come and go.
            \(options.map { "#SBATCH \(Self.isPlain($0) ? $0 : Self.quoted($0))" }.joined(separator: "\n"))

            requeue=
            worker=
            signalled=
            end() { signalled=yes; if [ -n "$worker" ]; then kill -TERM "$worker" 2>/dev/null; fi; }
            # Before the time limit: the worker saves and ends, and the task comes back.
            trap 'requeue=yes; end' USR1
            # Cancelled, preempted or at the limit: Slurm decides whether the task comes back.
            trap end TERM

            echo "task ${SLURM_ARRAY_TASK_ID:-1} on $(hostname), start $((${SLURM_RESTART_COUNT:-0} + 1))"
            cd \(Self.quoted(workingDirectory)) || exit 1
            \(words.map(Self.quoted).joined(separator: " ")) &
            worker=$!
            # A signal may have come before the worker could be named.
            if [ -n "$signalled" ]; then kill -TERM "$worker" 2>/dev/null; fi
            # A signal ends the wait, but not the worker.
            while :; do
                signalled=
                wait "$worker"
                status=$?
                [ -n "$signalled" ] || break
            done
            if [ -n "$requeue" ] && [ "$status" -ge 128 ]; then
                scontrol requeue "$SLURM_JOB_ID"
            fi
            exit "$status"

            """
    }

    private static func isPlain(_ word: String) -> Bool {
        word.allSatisfy { $0.isLetter || $0.isNumber || "-_=:@/.%,+".contains($0) }
    }

    /// A word quoted for a shell.
    static func quoted(_ word: String) -> String {
        isPlain(word) && !word.isEmpty
            ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
