# DeLong's interval of the AUROC and paired test of two, by pROC: without and with ties, and few
# patients, where an end of the interval is cut at 1.  Run in this folder: Rscript make.R
suppressMessages(library(pROC))
library(jsonlite)

set.seed(20240613)
n <- 90
y <- rbinom(n, 1, 0.4)
logit <- rnorm(n, 1.1 * y)
# 12 significant digits survive the journey through the CSV file unchanged.
input <- data.frame(
  y = y,
  plain = signif(plogis(logit), 12),
  other = signif(plogis(0.5 * logit + rnorm(n)), 12),
  tied = round(plogis(logit + rnorm(n, 0, 0.5)), 1)
)
write.csv(input, "input.csv", row.names = FALSE)

curve <- function(p, rows) {
  roc(input$y[rows], p[rows], levels = c(0, 1), direction = "<", quiet = TRUE)
}
interval <- function(p, rows, level) {
  ends <- as.numeric(ci.auc(curve(p, rows), conf.level = level, method = "delong"))
  list(low = ends[1], auroc = ends[2], high = ends[3])
}
test <- function(p1, p2) {
  t <- roc.test(curve(p1, everybody), curve(p2, everybody), paired = TRUE, method = "delong",
                conf.level = 0.9)
  list(z = unname(t$statistic), p_value = t$p.value, low = t$conf.int[1], high = t$conf.int[2],
       difference = unname(t$estimate[1] - t$estimate[2]))
}
everybody <- seq_len(n)
few <- 1:12
columns <- c("plain", "other", "tied")
expected <- list(
  interval = lapply(input[columns], interval, rows = everybody, level = 0.95),
  interval_90 = lapply(input[columns], interval, rows = everybody, level = 0.9),
  few = lapply(input[columns], interval, rows = few, level = 0.95),
  test_90 = list(
    plain_other = test(input$plain, input$other),
    other_tied = test(input$other, input$tied)
  )
)
stopifnot(any(sapply(expected$few, `[[`, "high") == 1))
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("pROC", packageVersion("pROC"))), "session.txt")
