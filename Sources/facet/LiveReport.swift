import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation
import PageServer

/// The report of a study as a page that follows it while it runs.
///
/// The page is the report itself, rebuilt when a run or an epoch has finished, and a script that asks
/// once a second whether that is so. It is drawn by a process of its own (``LivePageProcess``), so that
/// it can neither end nor delay a training. Nothing comes from anywhere but these two processes.
final class LiveReport: @unchecked Sendable {
    /// The state that the page requests once a second.
    private struct Moment: Encodable {
        /// Counts what changes the report.
        var version = 0
        /// The task in progress, in words.
        var task = "beginning"
        /// Units done of what is in progress.
        var done = 0
        /// Units there are of what is in progress.
        var total = 0
        /// More on it, e.g. the loss.
        var detail = ""
        /// Whether the study is finished.
        var isOver = false
        /// Runs of the whole study.
        var planned = 0
        /// Runs that have begun or were over before.
        var begun = 0
        /// Runs that are finished.
        var finished = 0
        var failed = 0
        /// How far the study is, in words.
        var study = ""
        /// Fraction of the study's work that is done; 0...1.
        var fraction = 0.0
        /// Seconds that are left, if that is known.
        var secondsLeft: Double?
        /// The same in words.
        var left = ""
    }

    private let study: URL
    private let scope: StudyScope
    private let rope: Double
    // Sound because all below is reached only while `lock` is held.
    private let lock = NSLock()
    private var moment = Moment()
    private var progress: StudyProgress
    private var run = ""
    private var lastRequest: ContinuousClock.Instant?
    private let isTold = DispatchSemaphore(value: 0)
    private let rendering = NSLock()
    private var rendered: (version: Int, html: String)?

    /// - Parameter rope: What the report counts as practically equal, in points.
    init(_ study: StudyFolder, _ plan: StudyPlan, rope: Double) {
        self.study = study.url
        self.rope = rope
        scope = StudyScope(
            runs: plan.runs.count, seeds: Set(plan.runs.map(\.identity.seed)).count)
        progress = StudyProgress(plan)
    }

    // MARK: The study's side

    func show(_ event: StudyEvent) {
        lock.withLock { progress.receive(event) }
        switch event {
        case .preparing(let what, let done, let total): change(what, done, total)
        case .runStarted(let planned, _, _), .tryStarted(let planned, _):
            lock.withLock {
                run = planned.text
                moment.version += 1
            }
        case .evaluating(_, let test, let done, let total):
            change("\(run): testing on \(test)", done, total)
        case .training(_, .step(let step)):
            change(
                "\(run): epoch \(step.epoch)", step.step, step.steps,
                "loss " + String(format: "%.3f", step.loss))
        case .epochRecorded, .runFailed, .runFinished, .runFinishedElsewhere, .runSkipped,
            .tryEnded:
            lock.withLock { moment.version += 1 }
        default: break
        }
    }

    private func change(_ task: String, _ done: Int, _ total: Int, _ detail: String = "") {
        lock.withLock {
            moment.task = task
            moment.done = done
            moment.total = total
            moment.detail = detail
        }
    }

    /// Announces that the study is finished, and waits briefly until an open page has heard of it.
    ///
    /// - Parameter waits: Whether to wait, as is needed where nothing is served afterwards.
    func finish(_ text: String, waits: Bool = true) {
        let isWatched = lock.withLock {
            moment.version += 1
            moment.task = text
            moment.detail = ""
            moment.isOver = true
            return lastRequest.map { $0.duration(to: .now) < .seconds(5) } ?? false
        }
        if isWatched, waits { _ = isTold.wait(timeout: .now() + 10) }
    }

    // MARK: The browser's side

    /// The page of a path.
    func page(_ path: String) -> Page? {
        switch path {
        case "/", "/index.html": .text(html(), type: "text/html")
        case "/bye": goodbye()
        case "/favicon.ico": .empty
        case "/live.js": .text(LivePage.script, type: "text/javascript")
        case "/page.js": .text(Report.pageScript, type: "text/javascript")
        case "/state": state()
        default: nil
        }
    }

    private func state() -> Page {
        let moment = lock.withLock {
            lastRequest = .now
            var moment = self.moment
            moment.planned = progress.planned
            moment.begun = progress.begun
            moment.finished = progress.finished
            moment.failed = progress.failed
            moment.study = progress.text
            moment.fraction = moment.isOver ? 1 : progress.fraction
            moment.secondsLeft = moment.isOver ? nil : progress.secondsLeft()
            moment.left =
                moment.secondsLeft.map { "about \(ProgressMeter.format(seconds: $0)) left" } ?? ""
            return moment
        }
        let data = (try? JSONEncoder().encode(moment)) ?? Data("{}".utf8)
        return Page(type: "application/json", body: data)
    }

    /// A page has shown the end of the study.
    private func goodbye() -> Page {
        isTold.signal()
        return .empty
    }

    /// The current report, rendered once for each version.
    private func html() -> String {
        let version = lock.withLock { moment.version }
        return rendering.withLock {
            if let rendered, rendered.version == version { return rendered.html }
            let page =
                switch LivePageProcess.draw(study, scope, rope: rope) {
                case .page(let page): page
                case .failed(let reason): LivePage.failed(reason)
                }
            let html = LivePage.followed(page)
            rendered = (version, html)
            return html
        }
    }
}
