package org.medproof.samples

import org.medproof.Answer
import org.medproof.Checker
import org.medproof.Message
import org.medproof.Messages
import org.medproof.Outcome
import org.medproof.Purpose
import org.medproof.Reading
import org.medproof.Verdict
import org.medproof.answer
import org.medproof.parseScan
import java.util.concurrent.Executor
import java.util.concurrent.atomic.AtomicInteger

/** What the screen shows; the colour and symbol follow `tone` alone. */
sealed interface UiState {
    /** Waiting for a scan. */
    data object Ready : UiState

    /** More than one reading is possible: the person chooses, never the program. */
    data class Choose(val readings: List<Reading>) : UiState

    /** Nodes are being asked. */
    data object Checking : UiState

    /** The answer, with what is to be done about it. `asksDay` asks "did you get it about then?". */
    class Shown(
        val tone: Tone,
        val headline: Message,
        val reasons: List<Message>,
        val asksDay: Message?,
        val isCarried: Boolean,
        val proof: ByteArray?,
    ) : UiState
}

/** Bad, unknown and could not check are never mixed up. */
enum class Tone { GOOD, ATTENTION, BAD, UNKNOWN, NOT_CHECKED }

/**
 * From the text of a scan to what the screen shows. On Android this is a `ViewModel`: `background` is a
 * dispatcher for input and output, and `show` sets a `StateFlow`.
 */
class ScanViewModel(
    private val checker: Checker,
    private val messages: Messages,
    private val background: Executor,
    private val show: (UiState) -> Unit,
) {
    private val newest = AtomicInteger()

    init {
        show(UiState.Ready)
    }

    /** Checks what the camera or keyboard gave. `kept` is the proof of an earlier answer, for when no node answers. */
    fun onScan(text: String, purpose: Purpose, kept: ByteArray? = null) {
        val turn = newest.incrementAndGet()
        val scan = parseScan(text, false)
        if (scan.result == "ambiguous") return show(UiState.Choose(scan.readings))
        show(UiState.Checking)
        background.execute {
            // A memory that cannot be written leaves the pack unchecked.
            val state = runCatching { state(checker.check(text, purpose, kept), purpose, scan.readings.singleOrNull()) }
                .getOrElse { shown(Tone.NOT_CHECKED, messages.noAnswer(purpose), null, null) }
            // Another pack may be in hand by now.
            if (turn == newest.get()) show(state)
        }
    }

    private fun state(outcome: Outcome, purpose: Purpose, reading: Reading?): UiState = when (outcome) {
        is Outcome.NoAnswer -> shown(Tone.NOT_CHECKED, messages.noAnswer(purpose), null, null)
        is Outcome.Answered -> {
            val verdict = outcome.verdict
            val isGivenOut = verdict.answer is Answer.Ok && purpose == Purpose.HOLDER
            val question = verdict.axes.sinceDay.takeIf { isGivenOut }?.let(messages::question)
            shown(tone(verdict), messages.explain(verdict, purpose, reading), question, outcome)
        }
    }

    private fun shown(tone: Tone, said: List<Message>, question: Message?, outcome: Outcome.Answered?) = UiState.Shown(
        tone = tone,
        headline = said.first(),
        reasons = said.drop(1),
        asksDay = question,
        isCarried = outcome != null && outcome.node == null && outcome.proof != null,
        proof = outcome?.proof,
    )

    private fun tone(verdict: Verdict) = when (verdict.answer) {
        is Answer.Ok -> Tone.GOOD
        is Answer.Warn -> Tone.ATTENTION
        is Answer.DoNotUse -> Tone.BAD
        is Answer.Unknown -> Tone.UNKNOWN
        is Answer.CannotTell -> Tone.NOT_CHECKED
    }
}
