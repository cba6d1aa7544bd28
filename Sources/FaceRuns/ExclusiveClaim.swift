public import SafeFiles

/// A command's exclusive claim on a study, which excludes all workers, e.g. to add other studies' runs.
public final class ExclusiveClaim {
    /// The process that prevents the claim because it works on the study; nil if the study is claimed.
    public let obstacle: ProcessIdentity?
    private let study: StudyFolder
    private let lease: Lease?
    private let keeper: LeaseKeeper

    /// Claims a study. If there are leases of workers that may still be alive, it waits until that is
    /// known, at most as long as the clock's limit.
    ///
    /// - Parameter pause: Sleeps for a time.
    public init(
        _ study: StudyFolder, _ clock: LeaseClock = LeaseClock(), pause: (Duration) -> Void
    ) throws(FaceRunsError) {
        self.study = study
        let watch = LeaseWatch(clock)
        keeper = LeaseKeeper(clock)
        let unknown = ProcessIdentity(host: "unknown", process: 0, since: "")
        while true {
            let url = study.exclusiveURL
            let (taken, other) = try FaceRunsError.storing { () throws(SafeFilesError) in
                let lease = try Lease.take(url, watch)
                guard lease == nil, try watch.isAlive(url) else {
                    return (lease, nil as ProcessIdentity?)
                }
                guard case .held(let holder) = try watch.state(of: url) else { return (nil, nil) }
                return (nil, holder ?? unknown)
            }
            if taken != nil || other != nil {
                lease = taken
                if let taken { keeper.keep(taken) }
                obstacle = taken == nil ? other : try Self.worker(of: study, watch, pause)
                break
            }
            pause(clock.glance)
        }
        if obstacle != nil { release() }
    }

    deinit { release() }

    /// Releases the study.
    public func release() {
        lease?.release()
        study.removeWorkersIfLast()
    }

    /// A worker that is certainly alive; waits until the state of all is known. Nil if there is none.
    private static func worker(
        of study: StudyFolder, _ watch: LeaseWatch, _ pause: (Duration) -> Void
    ) throws(FaceRunsError) -> ProcessIdentity? {
        while true {
            var isUnclear = false
            for token in study.workerTokens {
                let url = study.workerURL(token)
                let (state, isAlive) = try FaceRunsError.storing { () throws(SafeFilesError) in
                    (try watch.state(of: url), try watch.isAlive(url))
                }
                switch state {
                case .free: break
                case .held(let holder):
                    if isAlive { return holder }
                    isUnclear = true
                case .leftBehind:
                    try FaceRunsError.storing { () throws(SafeFilesError) in
                        try Lease.take(url, watch)?.release()
                    }
                }
            }
            guard isUnclear else { return nil }
            pause(watch.clock.glance)
        }
    }
}
