# AUROC by pROC: plain, with many ties, with probabilities next to 0 and 1, and with repeated rows.
# Run in this folder: Rscript make.R
suppressMessages(library(pROC))
library(jsonlite)

set.seed(20240601)
n <- 80
y <- rbinom(n, 1, 0.45)
logit <- rnorm(n, 0.9 * y - 0.5)
# 12 significant digits survive the journey through the CSV file unchanged.
input <- data.frame(
  y = y,
  plain = signif(plogis(logit), 12),
  tied = round(plogis(logit), 1),
  extreme = signif(plogis(9 * logit - 4), 12),
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)

area <- function(y, p) as.numeric(auc(y, p, levels = c(0, 1), direction = "<", quiet = TRUE))
repeated <- input[rep(seq_len(n), input$weight), ]
columns <- c("plain", "tied", "extreme")
expected <- list(
  once = lapply(input[columns], area, y = input$y),
  repeated = lapply(repeated[columns], area, y = repeated$y)
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("pROC", packageVersion("pROC"))), "session.txt")
